"""Means and sums: of whole dimensions, and of the windows of average pools."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from lenet_tui.explain.engine.links import SAME, Links, every, windowed
from lenet_tui.explain.engine.op_rule import Call, Rule, of_input
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Source,
    Sum,
    Terms,
    plain,
    read,
    read_each,
)
from lenet_tui.explain.engine.windows import adaptive, pooled, pooled_letters
from lenet_tui.explain.rounding import constant


def _dims(call: Call) -> list[int]:
    """The dimensions that are summed over."""
    rank = call.source().tensor.dim()
    dim: Any = call.get("dim")
    if call.get("dtype") is not None or "out" in call.arguments:
        raise NoArithmetic(call.op)
    if dim is None or dim == ():
        return list(range(rank))
    if isinstance(dim, int):
        # in x.mean(2, 3), the second number is in the place of keepdim
        rest = [v for k, v in call.arguments.items() if k.isdigit() and isinstance(v, int)]
        more = call.get("keepdim", False)
        dim = (dim, *((more,) if type(more) is int else ()), *rest)
    return sorted(d % rank for d in dim)


def _summed(call: Call) -> Links:
    """Whole dimensions; the output has them still, of size 1, or it has not."""
    dims, shape = _dims(call), call.source().shape
    out = 1 if call.entry.tensor.dim() == len(shape) else None
    return Links(*(every(n, out) if d in dims else SAME for d, n in enumerate(shape)))


def forward(call: Call, index: Index) -> Sum:
    x = call.source()
    values = read_each(x, _summed(call).reads(index))
    right, count = f"Σ {x.name}[…]", len(values.values)
    if call.op == "sum":
        return Sum(right, [plain(values)])
    terms = Terms((values,), values.number / constant(float(count)))
    return Sum(f"1/{count} ⋅ {right}", [terms])


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    gradient = read_each(g, _summed(call).readers(index))
    if call.op == "sum":
        return Sum(f"{g.name}[…]", [plain(gradient)])
    count = math.prod(call.source().shape[d] for d in _dims(call))
    terms = Terms((gradient,), gradient.number / constant(float(count)))
    return Sum(f"{g.name}[…] / {count}", [terms])


def _divisor(call: Call, index: Index) -> int:
    """What an average pool divides a window's sum by."""
    override = call.get("divisor_override")
    if override is not None:
        return int(override)
    known, size = pooled(call), 1
    for axis, output in zip(known.axes, index[-len(known.axes) :], strict=True):
        start = axis.start(output)
        if call.get("count_include_pad", True):
            size *= min(start + axis.kernel, axis.size + axis.after) - start
        else:
            size *= len(axis.reads(output)[0])
    return size


def _average_pool(
    names: str,
    signature: str,
    links: Callable[[Call], Links],
    divisor: Callable[[Call, Index], int],
    letters: Callable[[Call], tuple[str, str, str]],
) -> Rule:
    """Sums of windows over ``divisor(call, index of the output)``; ``letters``: see
    ``pooled_letters``.
    """

    def forward(call: Call, index: Index) -> Sum:
        values, count = read_each(call.source(), links(call).reads(index)), divisor(call, index)
        output, step, where = letters(call)
        right = f"1/{count} ⋅ Σ{step} {call.source().name}[{where}]"
        terms = Terms((values,), values.number / constant(float(count)))
        return Sum(right, [terms], [("mean", (str(count),))], letters=output)

    def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
        total = Sum(f"Σ {g.name} / size of the windows that read it", letters=letters(call)[0])
        for window in links(call).readers(index).tolist():
            gradient, count = read(g, window), divisor(call, tuple(window))
            total.terms.append(Terms((gradient,), gradient.number / constant(float(count))))
        if not total.terms:
            total.notes.append(("unread", (call.name,)))
        return total

    return Rule(names, signature, forward, backward, of_input(links))


RULES = [
    Rule("mean sum", "input dim keepdim", forward, backward, of_input(_summed)),
    _average_pool(
        "avg_pool1d avg_pool2d avg_pool3d",
        "input kernel_size stride padding ceil_mode count_include_pad divisor_override",
        lambda call: windowed(pooled(call)),
        _divisor,
        pooled_letters,
    ),
    _average_pool(
        "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d",
        "input output_size",
        adaptive,
        lambda call, index: len(adaptive(call).reads(index)),
        lambda call: ("…", "", "…"),
    ),
]
