"""Sums and means over whole dimensions, and the adaptive pool, whose windows vary in size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box, Rule
from lenet_tui.explain.engine.rounding import Rounded, constant
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


def _dims(call: Call) -> list[int]:
    """The dimensions that are summed over."""
    rank = call.source().tensor.dim()
    dim: Any = call.get("dim")
    if call.get("dtype") is not None or "out" in call.arguments:
        raise NoArithmetic(call.op)
    if dim is None or dim == ():
        return list(range(rank))
    if isinstance(dim, int):
        # x.mean(2, 3): the second number stands where keepdim is expected
        rest = [v for k, v in call.arguments.items() if k.isdigit() and isinstance(v, int)]
        more = call.get("keepdim", False)
        dim = (dim, *((more,) if type(more) is int else ()), *rest)
    return sorted(d % rank for d in dim)


def _share(call: Call, numbers: Rounded, count: int) -> Rounded:
    return numbers / constant(float(count)) if call.op == "mean" else numbers


def _outer(call: Call, index: Index) -> Index:
    """The output's index of the sum that an element of the input goes into."""
    dims, kept = _dims(call), call.entry.tensor.dim() == call.source().tensor.dim()
    if kept:
        return tuple(0 if d in dims else i for d, i in enumerate(index))
    return tuple(i for d, i in enumerate(index) if d not in dims)


def forward(call: Call, index: Index) -> Sum:
    x, dims = call.source(), _dims(call)
    kept = call.entry.tensor.dim() == x.tensor.dim()
    rest = iter(index)
    axes: list[Any] = []
    for d, size in enumerate(x.shape):
        if d in dims and kept:
            next(rest)
        axes.append(range(size) if d in dims else [next(rest)])
    values = read_each(x, grid(*axes))
    count = len(values.values)
    each = f"1/{count} ⋅ " if call.op == "mean" else ""
    block = Terms((values,), _share(call, values.number, count))
    return Sum(call.op, "…", f"{each}Σ {x.name}[…]", [block])


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    gradient = read(g, _outer(call, index))
    count = math.prod(call.source().shape[d] for d in _dims(call))
    over = f" / {count}" if call.op == "mean" else ""
    block = Terms((gradient,), _share(call, gradient.number, count))
    return Sum("", "…", f"{g.name}[…]{over}", [block])


def back(call: Call, box: Box) -> dict[str, Box]:
    x, dims = call.source(), _dims(call)
    kept = call.entry.tensor.dim() == x.tensor.dim()
    sides = iter(box)
    region = []
    for d, size in enumerate(x.shape):
        side = next(sides) if kept or d not in dims else (0, 0)
        region.append((0, size - 1) if d in dims else side)
    return {"input": tuple(region)}


def ahead(call: Call, argument: str, box: Box) -> Box | None:
    low = _outer(call, tuple(a for a, _ in box))
    high = _outer(call, tuple(b for _, b in box))
    return tuple(zip(low, high, strict=True))


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
    block = Terms((values,), values.number / constant(float(count)))
    right = f"1/{count} ⋅ Σ {call.source().name}[…]"
    return Sum(call.op, "…", right, [block], [("mean", (str(count),))])


def adaptive_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    total = Sum("", "…", f"Σ {g.name} / size of the windows that read it")
    lead = [[i] for i in index[: -_windows(call)]]
    region = _readers(call, tuple((i, i) for i in index[-_windows(call) :]))
    for window in grid(*lead, *(range(a, b + 1) for a, b in region)):
        at = tuple(window.tolist())
        count = float(np.prod([len(r) for r in _read(call, at)]))
        gradient = read(g, at)
        total.terms.append(Terms((gradient,), gradient.number / constant(count)))
    return total


def _readers(call: Call, box: Box) -> Box:
    """The windows that read any of a region of the input."""
    count = _windows(call)
    sizes, outputs = call.source().shape[-count:], call.entry.tensor.shape[-count:]
    region = []
    for size, out, (low, high) in zip(sizes, outputs, box, strict=True):
        found = [
            o for o in range(out)
            if _window(size, out, o).start <= high and low < _window(size, out, o).stop
        ]  # fmt: skip
        region.append((found[0], found[-1]))
    return tuple(region)


def adaptive_back(call: Call, box: Box) -> dict[str, Box]:
    count = _windows(call)
    first = _read(call, tuple(a for a, _ in box))
    last = _read(call, tuple(b for _, b in box))
    region = ((a.start, b.stop - 1) for a, b in zip(first, last, strict=True))
    return {"input": (*box[:-count], *region)}


def adaptive_ahead(call: Call, argument: str, box: Box) -> Box | None:
    count = _windows(call)
    return (*box[:-count], *_readers(call, box[-count:]))


RULES = [
    Rule("mean sum", "input dim keepdim", forward, backward, back, ahead),
    Rule(
        "adaptive_avg_pool1d adaptive_avg_pool2d",
        "input output_size",
        adaptive_forward,
        adaptive_backward,
        adaptive_back,
        adaptive_ahead,
    ),
]
