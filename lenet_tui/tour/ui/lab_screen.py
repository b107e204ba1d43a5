"""The layer lab at a stop of the tour: the stop's text is beside it, or over it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.stepping.ui.commands import BY_ID
from lenet_tui.tour.ui.pane import KEYS, Key, KeyLine, TourPane, key_items

TOUR_WIDTH = 48
"""As in ``lab.tcss``."""
BELOW, TALL = 112, 34
"""Columns and rows from which the words have room below the lab."""
WIDE = 100 + TOUR_WIDTH
"""Columns from which they have room beside it."""
WORDS: Key = ("w", "touring.words", "screen.words")
LEAVE_LAB: Key = ("escape", "touring.escape", "screen.leave_at_once")


class TourLabScreen(LabScreen):
    """The lab of a stop. Where it is narrow, ``w`` changes between the words and the form."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's way
        (0, "-tiny-w"), (60, "-narrow"), (WIDE, "-wide"), (160 + TOUR_WIDTH, "-huge-w"),
    ]  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "words", show=False),
        *(
            Binding(",".join(BY_ID[name].keys), f"app.command('{name}')", show=False)
            for name in KEYS
        ),
    ]

    def beside(self) -> ComposeResult:
        """The stop's text."""
        yield TourPane("lab-tour")

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield KeyLine(id="lab-tour-keys")

    def on_mount(self) -> None:
        """The words first, where both have no room. (The lab's own handler is called too.)"""
        self.move_child(self.query_one("#lab-tour-keys"), before=self.query_one("#lab-sum"))
        self.add_class("-words")
        self._focus_words()

    @property
    def words_pane(self) -> TourPane:
        """Where the stop's words are."""
        return self.query_one(TourPane)

    def on_resize(self) -> None:
        """Everything is seen where it has room: below the pictures, or beside them."""
        width, height = self.app.size
        below = BELOW <= width < WIDE and height >= TALL
        beside = width >= WIDE or (width >= BELOW and not below)
        self.set_class(below, "-below")
        self.set_class(beside, "-beside")
        self.words_pane.end_with(LEAVE_LAB if below or beside else WORDS)

    def action_words(self) -> None:
        """Show the stop's text instead of the form, or the form again."""
        self.toggle_class("-words")
        self._focus_words()

    def _focus_words(self) -> None:
        whole = self.has_class("-below") or self.has_class("-beside")
        reading = self.has_class("-words") and not whole
        focused = self.words_pane.scroll if reading else self.query_one("#lab-input")
        self.call_after_refresh(focused.focus)

    def show_words(self) -> None:
        """Show the keys in the new language too."""
        super().show_words()
        self.query_one("#lab-tour-keys", KeyLine).show(key_items(self.words, False, WORDS))

    def action_leave(self) -> None:
        """Leave the lab from the stop's text too."""
        if self.words_pane.has_focus_within:
            self.action_leave_at_once()
        else:
            super().action_leave()
