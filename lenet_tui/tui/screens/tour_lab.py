"""The layer lab at a stop of the tour: what the stop says is beside it, or over it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lenet_tui.tui.commands import BY_ID
from lenet_tui.tui.panes.tour import Key, TourPane
from lenet_tui.tui.screens.lab import LabScreen

TOUR_WIDTH = 48
"""As in ``lab.tcss``."""
BESIDE = 112
"""Columns from which the words have room beside the lab."""
WORDS: Key = ("w", "touring.words", "screen.words")
LEAVE_LAB: Key = ("escape", "touring.escape", "screen.leave_at_once")
STEERING = ("tour-next", "tour-back", "tour-here", "tour-stops")


class TourLabScreen(LabScreen):
    """The lab of a stop. Where it is narrow, ``w`` changes between words and pictures."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's way
        (0, "-tiny-w"), (60, "-narrow"), (100 + TOUR_WIDTH, "-wide"), (160 + TOUR_WIDTH, "-huge-w"),
    ]  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "words", show=False),
        *(
            Binding(",".join(BY_ID[name].keys), f"app.command('{name}')", show=False)
            for name in STEERING
        ),
    ]

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield TourPane("lab-tour")

    def on_mount(self) -> None:
        """The words first, where both have no room. (The lab's own handler is called too.)"""
        self.move_child(self.words_pane, before=self.query_one("#lab-sum"))
        self.action_words()

    @property
    def words_pane(self) -> TourPane:
        """Where the stop's words are."""
        return self.query_one(TourPane)

    def on_resize(self) -> None:
        """Both are seen where they have room."""
        beside = self.app.size.width >= BESIDE
        self.set_class(beside, "-beside")
        self.words_pane.end_with(LEAVE_LAB if beside else WORDS)

    def action_words(self) -> None:
        """The words, or the lab's pictures."""
        self.toggle_class("-words")
        reading = self.has_class("-words") and not self.has_class("-beside")
        focused = self.words_pane.scroll if reading else self.query_one("#lab-input")
        self.call_after_refresh(focused.focus)

    def action_leave(self) -> None:
        """From the words home too."""
        if self.words_pane.has_focus_within:
            self.action_leave_at_once()
        else:
            super().action_leave()
