"""What a heatmap and a table of numbers have in common: a cursor on the tensor's elements."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from lenet_tui.tensors.tiling import Index


class Picker(Widget, can_focus=True):
    """Shows elements of a tensor, one of which the cursor is on.

    ``cursor``: index of that element, or of the first of the block that its pixel shows;
    ``None`` where there is no cursor.
    """

    ALLOW_SELECT = False
    ALLOW_MAXIMIZE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1, 0)", show=False),
        Binding("right,l", "step(1, 0)", show=False),
        Binding("up,k", "step(0, -1)", show=False),
        Binding("down,j", "step(0, 1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    cursor: reactive[Index | None] = reactive[Index | None](None, repaint=False)

    class CursorMoved(Message):
        """The cursor is on other elements."""

    class CellChosen(Message):
        """The person wants to know more of what the cursor is on."""

    class Reshaped(Message):
        """Other elements are to be seen: the size is another, or it was scrolled."""

    def place(self, index: Index) -> None:
        """Put the cursor on an element and post that."""
        if index != self.cursor:
            self.cursor = index
            self.post_message(self.CursorMoved())

    def action_choose(self) -> None:
        """Post that the cursor's element is chosen."""
        if self.cursor is not None:
            self.post_message(self.CellChosen())

    def on_resize(self) -> None:
        """There is another number of elements to be seen."""
        self.post_message(self.Reshaped())
