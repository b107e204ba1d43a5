"""Screens that close once: a key pressed twice before they are gone does nothing more."""

from __future__ import annotations

from typing import TypeVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

from lenet_tui.terminal.ui import lists

T = TypeVar("T")
lists.mend()


class Once(ModalScreen[T]):
    """A dialog. Textual closes the screen below, or the app, when one is dismissed twice."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close, if that has not been done."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Palette(CommandPalette):
    """Textual's palette, which would also run its command twice."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close, if that has not been done."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _ignore_when_closed(self, event: Message) -> None:
        if not self.is_active:
            event.stop()
            event.prevent_default()
