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
    """

    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", show=False),
        Binding("n", "cancel", show=False),
    ]

    def __init__(self, text: str, name: str = "confirm") -> None:
        self._text = text
        super().__init__(name)

    def body(self) -> ComposeResult:
        yield Static(self._text, markup=False, classes="help")
        with Horizontal(classes="buttons"):
            yield Button(
                self.words(f"{self.subject}.yes"), id="yes", variant="warning", compact=True
            )
            yield Button(self.words(f"{self.subject}.no"), id="no", compact=True)

    def action_yes(self) -> None:
        self.dismiss(True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(True if event.button.id == "yes" else None)
