"""The pictures beside the table: a window and the kernel over it, the chosen operand marked."""

from __future__ import annotations

import numpy as np
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message

from lenet_tui.explain.explanation import Explanation, Operand
from lenet_tui.explain.ui.operand_planes import COLUMNS, Named, planes
from lenet_tui.explain.ui.term_lines import Line
from lenet_tui.tensors.ui.plane_view import PlaneView
from lenet_tui.tensors.ui.planes import Plane
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import ascii_text

READABLE = 0.1
"""Numbers smaller than this all look alike with two decimals: marks are shown."""


class Pictures(Horizontal):
    """One picture for each of the operands' tensors; where there is room for one only, that of
    the chosen operand.
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
        shown = planes(found, line.operands if line else ()) if found else ()
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
        more = ".." if getattr(self.app, "ascii", False) else "…"
        text = clean(name)
        if len(text) > width:
            text = more + text[-max(1, width - len(more)) :]
        return Content(ascii_text(text) if more.isascii() else text)


def _numbers(plane: Plane) -> bool | None:
    """Whether a picture shows numbers: where they fit and can be told apart."""
    values = plane.values
    if values is None:
        return False
    finite = values[np.isfinite(values)]
    return None if finite.size and float(np.abs(finite).max()) >= READABLE else False
