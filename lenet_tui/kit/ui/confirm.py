"""Asks before something is lost."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static

from lenet_tui.kit.ui.dialog import Dialog


class ConfirmScreen(Dialog[bool]):
    """Gives back ``True`` for yes, ``None`` for anything else.

    The words of its title, keys and buttons are those of ``name``.
    No letter answers: each means something else on the main screen, where it was just typed.
    """

    AUTO_FOCUS = "#no"
    DEFAULT_CSS = "ConfirmScreen Button:focus { text-style: bold reverse; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, text: str, name: str = "confirm") -> None:
        self._text = text
        super().__init__(name)

    def body(self) -> ComposeResult:
        yield Static(self._text, markup=False, classes="help")
        with Horizontal(classes="buttons"):
            yield Button(self.words(f"{self.subject}.yes"), id="yes", compact=True)
            yield Button(self.words(f"{self.subject}.no"), id="no", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(True if event.button.id == "yes" else None)
