"""Pools: the largest of a window, or its mean."""

from __future__ import annotations

import numpy as np

from lenet_tui.explain.engine import windows
from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box, Rule
from lenet_tui.explain.engine.terms import (
    Index,
    Indices,
    Note,
    Source,
    Sum,
    Terms,
    gather,
    grid,
    read,
    read_each,
    read_row,
)
from lenet_tui.explain.rounding import constant, exact
from lenet_tui.explain.windows import Axis, winner
from lenet_tui.text.numbers import index_text


def _dimensions(call: Call) -> int:
    return int(call.op[-2])  # max_pool2d


def _axes(call: Call) -> tuple[Axis, ...]:
    return windows.axes_of(call, call.get("kernel_size"), _dimensions(call), None)


def _letters(call: Call) -> tuple[str, str, str]:
    """The formula's pieces: output index, kernel index, input index."""
    out, step, where = windows.letters(_axes(call))
    lead = ",".join(("n", "c")[2 - (call.source().tensor.dim() - _dimensions(call)) :])
    return f"{lead},{out}", step, f"{lead}, {where}"


def _window(call: Call, index: Index) -> Indices:
    """The input cells that an output cell reads, in the order in which torch reads them."""
    count = _dimensions(call)
    met = [axis.reads(i)[0] for axis, i in zip(_axes(call), index[-count:], strict=True)]
    return grid(*([i] for i in index[:-count]), *met)


def _readers(call: Call, index: Index) -> Indices:
    """The output cells whose windows read an input cell."""
    count = _dimensions(call)
    met = [axis.readers(i)[0] for axis, i in zip(_axes(call), index[-count:], strict=True)]
    return grid(*([i] for i in index[:-count]), *met)


def max_forward(call: Call, index: Index) -> Sum:
    x = call.source()
    cells = _window(call, index)
    operands = read_row(x, cells)
    values = np.concatenate([c.values for c in operands])
    first = winner(values.tolist())
    won = f"{x.name}{index_text(cells[first].tolist())}"
    notes: list[Note] = [("winner", (won, str(len(cells))))]
    ties = int(np.sum(values == values[first]))
    if ties > 1:
        notes.append(("tie", (str(ties),)))
    letters, step, where = _letters(call)
    block = Terms(operands, exact(values[first : first + 1]))
    return Sum(call.op, letters, f"max_{step} {x.name}[{where}]", [block], notes)


def max_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    x, count = call.source(), _dimensions(call)
    names = (("n", "c")[2 - len(index[:-count]) :], ("y", "z")[:count])
    letters = ",".join((*names[0], *names[1]))
    total = Sum("", letters, f"Σ {g.name} of the windows that it won")
    for window in _readers(call, index):
        cells = _window(call, tuple(window.tolist()))
        values = gather(x.tensor, cells)
        first = winner(values.tolist())
        won = tuple(cells[first].tolist()) == tuple(index)
        gradient = read(g, window)
        result = gradient.number if won else exact(np.zeros(1))
        total.terms.append(Terms((gradient, read(x, index)), result))
        where = f"{call.name}{index_text(window.tolist())}"
        ties = int(np.sum(values == values[first]))
        mine = gather(x.tensor, np.asarray([index], np.int64))[0]
        if not won and mine == values[first]:  # as large, but not the first
            winners = f"{x.name}{index_text(cells[first].tolist())}"
            total.notes.append(("lost-tie", (str(ties), where, winners)))
            continue
        total.notes.append(("won" if won else "lost", (where, str(len(cells)))))
        if ties > 1 and won:
            total.notes.append(("tie", (str(ties),)))
    if not total.terms:
        total.notes.append(("unread", (call.name,)))
    return total


def _divisor(call: Call, index: Index) -> float:
    """What an average pool divides a window's sum by."""
    override = call.get("divisor_override")
    if override is not None:
        return float(override)
    count = _dimensions(call)
    size = 1
    for axis, output in zip(_axes(call), index[-count:], strict=True):
        start = axis.start(output)
        if call.get("count_include_pad", True):
            size *= min(start + axis.kernel, axis.size + axis.after) - start
        else:
            size *= len(axis.reads(output)[0])
    return float(size)


def average_forward(call: Call, index: Index) -> Sum:
    x = call.source()
    operand = read_each(x, _window(call, index))
    divisor = _divisor(call, index)
    letters, step, where = _letters(call)
    right = f"1/{divisor:g} ⋅ Σ_{step} {x.name}[{where}]"
    block = Terms((operand,), operand.number / constant(divisor))
    return Sum(call.op, letters, right, [block], [("mean", (f"{divisor:g}",))])


def average_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    letters, _, _ = _letters(call)
    total = Sum("", letters, f"Σ {g.name} / size of the windows that read it")
    for window in _readers(call, index):
        gradient = read(g, window)
        divisor = _divisor(call, tuple(window.tolist()))
        total.terms.append(Terms((gradient,), gradient.number / constant(divisor)))
    if not total.terms:
        total.notes.append(("unread", (call.name,)))
    return total


def back(call: Call, box: Box) -> dict[str, Box]:
    count = _dimensions(call)
    return {"input": (*box[:-count], *windows.read_region(_axes(call), box[-count:]))}


def ahead(call: Call, argument: str, box: Box) -> Box | None:
    count = _dimensions(call)
    region = windows.reader_region(_axes(call), box[-count:])
    return None if region is None else (*box[:-count], *region)


RULES = [
    Rule(
        "max_pool1d max_pool2d",
        "input kernel_size stride padding dilation ceil_mode return_indices",
        max_forward,
        max_backward,
        back,
        ahead,
    ),
    Rule(
        "avg_pool1d avg_pool2d",
        "input kernel_size stride padding ceil_mode count_include_pad divisor_override",
        average_forward,
        average_backward,
        back,
        ahead,
    ),
]
