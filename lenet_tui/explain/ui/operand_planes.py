"""The operands of a sum as small pictures: a window and the kernel over it, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice

import numpy as np

from lenet_tui.explain.explanation import Explanation, Operand
from lenet_tui.tensors.tiling import Index
from lenet_tui.tensors.ui.planes import Mark, Plane, Role
from lenet_tui.text.numbers import index_text

MOST_CELLS = 4096
COLUMNS = 2

Named = tuple[str, Plane]
"""A picture and what it shows: ``conv1.weight[2,0]``."""


def planes(found: Explanation, chosen: Sequence[Operand]) -> tuple[Named, ...]:
    """Pictures of the tensors that the operands are taken from, first operands first.

    ``chosen``: the operands of the line that is looked at; they say which channel is shown, and
    are marked. A tensor gets a picture if its last two dimensions are walked through.
    """
    if found.left:
        return ()
    made = []
    for operand in _models(found, chosen):
        cells = _cells(found, operand)
        rows, cols = ({cell[n] for cell in cells} for n in (0, 1))
        if len(rows) * len(cols) < 2 or len(rows) * len(cols) > MOST_CELLS:
            continue
        name = f"{operand.tensor}{index_text(operand.index[:-2])}"
        marked = operand.index[-2:] if operand in chosen else None
        made.append((name, _plane(cells, marked, _winner(found, cells))))
    return tuple(made)


def _models(found: Explanation, chosen: Sequence[Operand]) -> list[Operand]:
    """An operand of each tensor that is worth a picture: the chosen one, or the first."""
    tensors: dict[str, Operand] = {}
    for term in islice(found.terms, MOST_CELLS):
        for operand in term.operands:
            if operand.tensor not in tensors and len(operand.index) > 2:
                tensors[operand.tensor] = operand
    for operand in chosen:
        if operand.tensor in tensors:
            tensors[operand.tensor] = operand
    return list(tensors.values())[:COLUMNS]


def _cells(found: Explanation, like: Operand) -> dict[Index, float]:
    """The numbers of the picture that ``like`` is in, by row and column."""
    outer = like.index[:-2]
    return {
        operand.index[-2:]: operand.value
        for term in found.terms
        for operand in term.operands
        if operand.tensor == like.tensor and operand.index[:-2] == outer
    }


def _winner(found: Explanation, cells: dict[Index, float]) -> Index | None:
    """Row and column of the number that max-pooling took: the first that is the result."""
    if not found.op.startswith("max_pool"):
        return None
    return next((cell for cell, value in cells.items() if value == found.value), None)


def _plane(cells: dict[Index, float], marked: Index | None, winner: Index | None) -> Plane:
    (top, left), (bottom, right) = (
        tuple(pick(cell[n] for cell in cells) for n in (0, 1)) for pick in (min, max)
    )
    values = np.full((bottom - top + 1, right - left + 1), math.nan, np.float32)
    for (row, col), value in cells.items():
        values[row - top, col - left] = value

    def mark(row: int, col: int) -> Mark:
        value = cells.get((row, col))
        if value is None:
            return Mark(Role.HOLE)
        if (row, col) == marked:
            return Mark(Role.CURRENT, value)
        return Mark(Role.WINNER if (row, col) == winner else Role.PLAIN, value)

    row, col = marked or (top, left)
    focus = ((row, row), (col, col))
    return Plane(
        range(top, bottom + 1), range(left, right + 1), focus, mark, values=values, heat=True
    )
