"""The operands of a sum as small pictures: a window and the kernel over it, the chosen marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice

import numpy as np
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message

from lenet_tui.explain.explanation import Explanation, Operand
from lenet_tui.explain.ui.term_lines import Line
from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.tensors.tiling import Index
from lenet_tui.tensors.ui.plane_view import PlaneView
from lenet_tui.tensors.ui.planes import Mark, Plane, Role
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import ascii_text, index_text

READABLE = 0.1
"""Two decimals cannot tell smaller numbers apart: marks are shown instead."""
MOST_CELLS = 4096
COLUMNS = 2

Named = tuple[str, Plane]
"""A picture and what it shows: ``conv1.weight[2,0]``."""


class Pictures(Horizontal):
    """One picture for each of the operands' tensors, or where there is room for one only, that
    of the chosen operand.
    """

    class Pointed(Message):
        """An element was clicked: of ``tensor``, at the last two places of its index."""

        def __init__(self, tensor: str, row: int, col: int) -> None:
            self.tensor, self.row, self.col = tensor, row, col
            super().__init__()

    _shown: tuple[Named, ...] = ()

    def compose(self) -> ComposeResult:
        for number in range(COLUMNS):
            yield PlaneView(f"operand-{number}")

    def show(
        self, found: Explanation | None, line: Line | None, operand: Operand | None, *, all: bool
    ) -> None:
        """Show the operands of ``found``, those of ``line`` marked."""
        shown = _pictures(found, line.operands if line else ()) if found else ()
        if not all:
            tensor = operand.tensor if operand else ""
            shown = tuple([x for x in shown if x[0].partition("[")[0] == tensor] or shown)[:1]
        self._shown = shown
        for number, view in enumerate(self.query(PlaneView)):
            view.display = number < len(shown)
            if number < len(shown):
                name, plane = shown[number]
                view.show(plane, _numbers(plane))
                view.border_title = self._title(name, view.size.width - 4)
        self.display = bool(shown)

    @on(PlaneView.Clicked)
    def _clicked(self, event: PlaneView.Clicked) -> None:
        event.stop()
        number = int((event.view.id or "").rpartition("-")[2])
        if number < len(self._shown):
            tensor = self._shown[number][0].partition("[")[0]
            self.post_message(self.Pointed(tensor, event.row, event.col))

    def _title(self, name: str, width: int) -> Content:
        """The end of a name, where there is no room for all of it."""
        more = ".." if ascii_only(self) else "…"
        text = clean(name)
        if len(text) > width:
            text = more + text[-max(1, width - len(more)) :]
        return Content(ascii_text(text) if more.isascii() else text)


def _numbers(plane: Plane) -> bool | None:
    """Whether a picture shows numbers: where they fit and differ in two decimals."""
    values = plane.values
    if values is None:
        return False
    finite = values[np.isfinite(values)]
    return None if finite.size and float(np.abs(finite).max()) >= READABLE else False


def _pictures(found: Explanation, chosen: Sequence[Operand]) -> tuple[Named, ...]:
    """Pictures of the tensors that the operands are taken from, first operands first.

    The operands ``chosen`` decide which channel is shown, and are marked. A tensor gets a picture
    if the terms walk through its last two dimensions.
    """
    if found.left:
        return ()
    pictures = []
    for operand in _models(found, chosen):
        cells = _cells(found, operand)
        rows, cols = ({cell[n] for cell in cells} for n in (0, 1))
        if len(rows) * len(cols) < 2 or len(rows) * len(cols) > MOST_CELLS:
            continue
        name = f"{operand.tensor}{index_text(operand.index[:-2])}"
        marked = operand.index[-2:] if operand in chosen else None
        pictures.append((name, _plane(cells, marked, _winner(found, cells))))
    return tuple(pictures)


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
