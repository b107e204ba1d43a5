"""Opens and closes the inspector, and shows in the tensor pane what is explained."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen
from textual.widget import Widget

from lenet_tui.explain.ui.highlights import INPUT, cell_of, point, tensor_and_aspect
from lenet_tui.explain.ui.inspector import InspectorPane
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.tensors.ui.tensor_pane import TensorPane

OPEN = "-inspecting"
"""Class of the body while the inspector has its place."""


class Inspection:
    """``choose`` has the panes of ``screen`` show a tensor and its aspect; ``restore`` gives a pane
    that fills the screen its place back.
    """

    def __init__(
        self, screen: Screen[None], choose: Callable[[str, str], None], restore: Callable[[], None]
    ) -> None:
        self._screen = screen
        self._choose = choose
        self._restore = restore
        self._home: tuple[str, str, Widget | None] | None = None

    @property
    def is_open(self) -> bool:
        return self._home is not None

    @property
    def cell(self) -> str:
        """The cell that is explained, or else the one under the cursor; empty: there is none."""
        visit = self._inspector.history.here if self.is_open else None
        if visit is not None:
            return visit.cell
        return _cell(self._screen.focused) or self._tensor.cell

    @property
    def value(self) -> float | None:
        """The number that is explained, if it is known."""
        found = self._inspector.found if self.is_open else None
        return found.value if found else None

    @property
    def _inspector(self) -> InspectorPane:
        return self._screen.query_one(InspectorPane)

    @property
    def _tensor(self) -> TensorPane:
        return self._screen.query_one("#tensor", TensorPane)

    def explain(self, before: Widget | None = None) -> None:
        """Explain the cell under the cursor of the focused pane, else of the one that had the focus
        ``before``, else of the tensor pane; from the inspector, close it.
        """
        inspector, focused = self._inspector, self._screen.focused
        if inspector.has_focus_within:
            self.close()
            return
        cell = _cell(focused) or _cell(before) or self._tensor.cell
        if cell:
            self.open(cell)

    def open(self, cell: str) -> None:
        """Explain a cell."""
        inspector = self._inspector
        self._restore()
        if self._home is None:
            self._home = self._tensor.tensor, self._tensor.aspect, self._screen.focused
            self._screen.query_one("#body").add_class(OPEN)
        inspector.open(cell)
        inspector.table.focus()

    def leave(self) -> str:
        """Close the inspector; return the cell that it explained, or nothing."""
        visit = self._inspector.history.here if self.is_open else None
        self.close()
        return visit.cell if visit else ""

    def close(self) -> None:
        """Put everything back as it was."""
        if self._home is None:
            return
        (tensor, aspect, focused), self._home = self._home, None
        self._inspector.close()
        self._restore()
        self._screen.query_one("#body").remove_class(OPEN)
        self._choose(tensor, aspect)
        if focused is not None and focused.is_attached:
            self._screen.call_after_refresh(self._screen.set_focus, focused)

    def visited(self, text: str | None) -> None:
        """Another cell is explained: show its tensor, with the cursor on it; ``None``: close."""
        if text is None:
            self.close()
            return
        cell = cell_of(text)
        if cell is None or cell.iteration is not None or not self.is_open:
            return
        if cell.tensor == INPUT:
            point(self._screen.query_one("#image", TensorPane), cell.index)
            return
        self._choose(*tensor_and_aspect(cell))
        point(self._tensor, cell.index)


def _cell(widget: Widget | None) -> str:
    """The cell under the cursor of the pane that ``widget`` is in; empty: there is none."""
    above = widget.ancestors_with_self if widget else ()
    return next((node.cell for node in above if isinstance(node, Pane) and node.cell), "")
