"""Max pools: the largest of a window."""

from __future__ import annotations

import numpy as np

from lenet_tui.explain.engine.links import Links, windowed
from lenet_tui.explain.engine.op_rule import Call, Rule, of_input
from lenet_tui.explain.engine.terms import Index, Note, Source, Sum, Terms, gather, read, read_row
from lenet_tui.explain.engine.windows import CELLS, adaptive, pooled, pooled_letters
from lenet_tui.explain.rounding import exact
from lenet_tui.explain.windows import winner
from lenet_tui.text.numbers import index_text


def _links(call: Call) -> Links:
    if call.op.startswith("adaptive"):
        return adaptive(call)
    return windowed(pooled(call))


def forward(call: Call, index: Index) -> Sum:
    x = call.source()
    cells = _links(call).reads(index)
    operands = read_row(x, cells)
    values = np.concatenate([c.values for c in operands])
    first = winner(values.tolist())
    won = f"{x.name}{index_text(cells[first].tolist())}"
    notes: list[Note] = [("winner", (won, str(len(cells))))]
    ties = int(np.sum(values == values[first]))
    if ties > 1:
        notes.append(("tie", (str(ties),)))
    letters, step, where = _names(call)
    terms = Terms(operands, exact(values[first : first + 1]))
    return Sum(f"max{step} {x.name}[{where}]", [terms], notes, letters=letters)


def _names(call: Call) -> tuple[str, str, str]:
    return ("…", "", "…") if call.op.startswith("adaptive") else pooled_letters(call)


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    x, links, count = call.source(), _links(call), int(call.op[-2])
    letters = ",".join((*("n", "c")[2 - len(index) + count :], *CELLS[count]))
    total = Sum(f"Σ {g.name} of the windows that it won", letters=letters)
    for window in links.readers(index).tolist():
        cells = links.reads(tuple(window))
        values = gather(x.tensor, cells)
        first = winner(values.tolist())
        won = tuple(cells[first].tolist()) == tuple(index)
        gradient, own = read(g, window), read(x, index)
        result = gradient.number if won else exact(np.zeros(1))
        total.terms.append(Terms((gradient, own), result))
        where = f"{call.name}{index_text(window)}"
        ties = int(np.sum(values == values[first]))
        if not won and own.values[0] == values[first]:  # as large, but not the first
            winners = f"{x.name}{index_text(cells[first].tolist())}"
            total.notes.append(("lost-tie", (str(ties), where, winners)))
            continue
        total.notes.append(("won" if won else "lost", (where, str(len(cells)))))
        if ties > 1 and won:
            total.notes.append(("tie", (str(ties),)))
    if not total.terms:
        total.notes.append(("unread", (call.name,)))
    return total


RULES = [
    Rule(
        "max_pool1d max_pool2d max_pool3d",
        "input kernel_size stride padding dilation ceil_mode return_indices",
        forward,
        backward,
        of_input(_links),
    ),
    Rule(
        "adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d",
        "input output_size return_indices",
        forward,
        backward,
        of_input(_links),
    ),
]
