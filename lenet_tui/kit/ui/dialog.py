"""What every dialog shares: a box in the middle, a title, a line of keys, escape closes it."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lenet_tui.kit.ui.settings import Reader
from lenet_tui.terminal.ui.once import Once

T = TypeVar("T")


class Dialog(Reader, Once[T | None], Generic[T]):
    """A box with the title ``dialog.TITLE.title``; ``body`` composes what is in it.

    The last line is ``dialog.TITLE.keys``; ``complain`` puts one line of error above it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(self, name: str) -> None:
        self.subject = name
        super().__init__(classes="dialog")

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self.words(f"dialog.{self.subject}.title"))
            yield from self.body()
            yield Static(classes="error", markup=False)
            yield Static(self.words(f"dialog.{self.subject}.keys"), classes="keys", markup=False)

    def body(self) -> ComposeResult:
        """The widgets between title and keys."""
        yield from ()

    def complain(self, line: str) -> None:
        """Show one line of error; an empty one takes it away."""
        error = self.query_one(".error", Static)
        error.update(line)
        error.set_class(bool(line), "-shown")

    def action_cancel(self) -> None:
        """Close the dialog and change nothing."""
        self.dismiss(None)
