"""Screens that close once: a key pressed twice before they are gone does nothing more."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit
from textual.screen import ModalScreen

from lenet_tui.terminal.ui import lists

T = TypeVar("T")
lists.mend()


class Once(ModalScreen[T]):
    """Textual closes the screen below, or the app, when one is dismissed twice."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close, if that has not been done."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Palette(CommandPalette):
    """Textual's palette, which would also do its command twice."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close, if that has not been done; else there is no command to do any more."""
        if self.is_active:
            return super().dismiss(result)
        self._selected_command = DiscoveryHit("", _nothing)
        return AwaitComplete()


def _nothing() -> None:
    pass
