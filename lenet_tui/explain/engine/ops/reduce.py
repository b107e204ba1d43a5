"""Sums and means over whole dimensions, and the adaptive pool, whose windows vary in size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box, Rule
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Source,
    Sum,
    Terms,
    grid,
    read,
    read_each,
)
from lenet_tui.explain.rounding import Rounded, constant


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


def _share(call: Call, numbers: Rounded, count: int) -> Rounded:
    return numbers / constant(float(count)) if call.op == "mean" else numbers


def _keeps(call: Call) -> bool:
    """Whether the output still has the dimensions that are summed over, of size 1."""
    return call.entry.tensor.dim() == call.source().tensor.dim()


def _outer(call: Call, index: Index) -> Index:
    """The output's index of the sum that an element of the input goes into."""
    dims = _dims(call)
    if _keeps(call):
        return tuple(0 if d in dims else i for d, i in enumerate(index))
    return tuple(i for d, i in enumerate(index) if d not in dims)


def _summed(call: Call, box: Box) -> Box:
    """The region of the input that a region of the output is the sum of."""
    dims, sides = _dims(call), iter(box)
    region = []
    for d, size in enumerate(call.source().shape):
        side = next(sides) if _keeps(call) or d not in dims else (0, 0)
        region.append((0, size - 1) if d in dims else side)
    return tuple(region)


def forward(call: Call, index: Index) -> Sum:
    x = call.source()
    region = _summed(call, tuple((i, i) for i in index))
    values = read_each(x, grid(*(range(low, high + 1) for low, high in region)))
    count = len(values.values)
    each = f"1/{count} ⋅ " if call.op == "mean" else ""
    terms = Terms((values,), _share(call, values.number, count))
    return Sum(call.op, "…", f"{each}Σ {x.name}[…]", [terms])


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    gradient = read(g, _outer(call, index))
    count = math.prod(call.source().shape[d] for d in _dims(call))
    over = f" / {count}" if call.op == "mean" else ""
    terms = Terms((gradient,), _share(call, gradient.number, count))
    return Sum("", "…", f"{g.name}[…]{over}", [terms])


def _ahead(call: Call, argument: str, box: Box) -> Box:
    first, last = zip(*box, strict=True) if box else ((), ())
    return tuple(zip(_outer(call, first), _outer(call, last), strict=True))


def _windows(call: Call) -> int:
    return int(call.op[-2])  # adaptive_avg_pool2d


def _window(size: int, outputs: int, output: int) -> range:
    """The cells that one output averages: from ⌊i⋅size/out⌋ up to ⌈(i + 1)⋅size/out⌉."""
    return range(output * size // outputs, -(-(output + 1) * size // outputs))


def _read(call: Call, index: Index) -> list[range]:
    count = _windows(call)
    sizes, outputs = call.source().shape[-count:], call.entry.tensor.shape[-count:]
    return [_window(*triple) for triple in zip(sizes, outputs, index[-count:], strict=True)]


def adaptive_forward(call: Call, index: Index) -> Sum:
    lead = [[i] for i in index[: -_windows(call)]]
    values = read_each(call.source(), grid(*lead, *_read(call, index)))
    count = len(values.values)
    terms = Terms((values,), values.number / constant(float(count)))
    right = f"1/{count} ⋅ Σ {call.source().name}[…]"
    return Sum(call.op, "…", right, [terms], [("mean", (str(count),))])


def adaptive_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    total = Sum("", "…", f"Σ {g.name} / size of the windows that read it")
    region = _readers(call, tuple((i, i) for i in index))
    for window in grid(*(range(low, high + 1) for low, high in region)):
        at = tuple(window.tolist())
        count = float(np.prod([len(r) for r in _read(call, at)]))
        gradient = read(g, at)
        total.terms.append(Terms((gradient,), gradient.number / constant(count)))
    return total


def _readers(call: Call, box: Box) -> Box:
    """The region of the windows that read any of a region of the input."""
    count = _windows(call)
    sizes, outputs = call.source().shape[-count:], call.entry.tensor.shape[-count:]
    region = []
    for size, out, (low, high) in zip(sizes, outputs, box[-count:], strict=True):
        windows = [_window(size, out, o) for o in range(out)]
        found = [o for o, w in enumerate(windows) if w.start <= high and low < w.stop]
        region.append((found[0], found[-1]))
    return (*box[:-count], *region)


def adaptive_back(call: Call, box: Box) -> dict[str, Box]:
    first, last = (_read(call, index) for index in zip(*box, strict=True))
    region = ((a.start, b.stop - 1) for a, b in zip(first, last, strict=True))
    return {"input": (*box[: -_windows(call)], *region)}


RULES = [
    Rule(
        "mean sum",
        "input dim keepdim",
        forward,
        backward,
        lambda call, box: {"input": _summed(call, box)},
        _ahead,
    ),
    Rule(
        "adaptive_avg_pool1d adaptive_avg_pool2d",
        "input output_size",
        adaptive_forward,
        adaptive_backward,
        adaptive_back,
        lambda call, argument, box: _readers(call, box),
    ),
]
