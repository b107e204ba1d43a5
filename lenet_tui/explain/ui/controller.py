"""Opens and closes the inspector, and lets the other panes follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from lenet_tui.app.ui.panes.input import ImagePane
from lenet_tui.app.ui.panes.loss import LossPane
from lenet_tui.app.ui.panes.output import OutputPane
from lenet_tui.explain.explanation import Explanation, Operand
from lenet_tui.explain.ui.highlights import cell_of, light, point, tensor_and_aspect
from lenet_tui.tensors.ui.tensor_pane import TensorPane
from lenet_tui.text.numbers import index_text

if TYPE_CHECKING:
    from lenet_tui.app.ui.main_screen import MainScreen
    from lenet_tui.explain.ui.inspector import InspectorPane

INPUT = "input"
OPEN = "-inspecting"
"""Class of the body while the inspector has its place."""


class Guide:
    """``main``: the screen with all the panes."""

    def __init__(self, main: MainScreen) -> None:
        self._main = main
        self._home: tuple[str, str, Widget | None] | None = None

    @property
    def pane(self) -> InspectorPane:
        return cast("InspectorPane", self._main.query_one("#inspector"))

    @property
    def is_open(self) -> bool:
        return self._home is not None

    def explain(self) -> None:
        """Explain the cell under the cursor of the focused pane; from the inspector, close it."""
        if self.pane.has_focus_within:
            self.close()
            return
        cell = self._cell_here()
        if not cell:
            return
        main = self._main
        main.restore()
        if self._home is None:
            self._home = main.tensor.tensor, main.tensor.aspect, main.focused
            main.body.add_class(OPEN)
        self.pane.open(cell)
        self.pane.table.focus()

    def close(self) -> None:
        """Put everything back as it was."""
        if self._home is None:
            return
        (tensor, aspect, focused), self._home = self._home, None
        self.pane.close()
        self._main.restore()
        self._main.body.remove_class(OPEN)
        self._main.choose(tensor, aspect)
        if focused is not None and focused.is_attached:
            self._main.call_after_refresh(self._main.set_focus, focused)

    def visited(self, text: str) -> None:
        """Another cell is explained: show its tensor, with the cursor on it."""
        cell = cell_of(text)
        if cell is None or cell.iteration is not None:
            return
        image = self._main.query_one(ImagePane)
        if cell.tensor == INPUT:
            point(image, cell.index)
            return
        tensor, aspect = tensor_and_aspect(cell)
        self._main.choose(tensor, aspect)
        point(self._main.tensor, cell.index)

    def light(self, found: Explanation | None, operand: Operand | None) -> None:
        """Mark in the other panes what the number is made of."""
        inputs = [first for name, first, _ in found.fields if name == INPUT] if found else []
        if inputs:
            self._main.query_one(ImagePane).sample = inputs[0][0]
        light(self._main.query(TensorPane), found, operand)

    def _cell_here(self) -> str:
        """The cell that the cursor of the focused pane is on, else that of the tensor pane."""
        focused = self._main.focused
        panes = focused.ancestors_with_self if focused else ()
        for pane in panes:
            if isinstance(pane, OutputPane):
                return pane.cell
            if isinstance(pane, LossPane):
                return "loss"
            if isinstance(pane, TensorPane):
                return _cell(pane)
        return _cell(self._main.tensor)


def _cell(pane: TensorPane) -> str:
    """The cell under a pane's cursor; where it has none, the first one."""
    arrangement = pane.heatmap.arrangement
    index = pane.cursor
    if index is None and arrangement is not None and not pane.has_class("-told"):
        index = (0,) * len(arrangement.shape)
    return f"{pane.name_asked}{index_text(index or ())}" if pane.tensor else ""
