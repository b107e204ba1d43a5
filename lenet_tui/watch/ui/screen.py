"""The watchpoints: a list of those that are set, and a line with completion for another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from lenet_tui.kit.ui.dialog import Check, Dialog
from lenet_tui.protocol.condition import BARE, WatchError, parse_watch
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.moves import AddWatch, Unwatch
from lenet_tui.text.clean import clean
from lenet_tui.watch.completion import FUNCTIONS, complete

OFFERED = 200
"""Completions that are listed; the list scrolls, and its bar says that there is more."""


class WatchScreen(Dialog[AddWatch | Unwatch]):
    """Returns the watchpoint to be added or removed.

    ``check``: whether there is in the session what is to be watched.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "down", show=False),
        Binding("tab", "complete", show=False, priority=True),
        Binding("delete,ctrl+d", "remove", show=False, priority=True),
    ]

    def __init__(
        self,
        frame: Frame | None,
        names: Sequence[str],
        parameters: Sequence[str],
        check: Check[AddWatch | Unwatch] | None = None,
    ) -> None:
        self._watches = frame.watches if frame else ()
        self._names = names
        self._parameters = parameters
        self._offers: list[str] = []
        super().__init__("watch", check)

    def body(self) -> ComposeResult:
        lines = [Option(_line(*watch), id=str(watch[0])) for watch in self._watches]
        if not lines:
            lines = [Option(Content(self.words("watch.none")), disabled=True)]
        yield OptionList(*lines, id="watches", compact=True)
        yield Input(placeholder=self.words("watch.placeholder"), compact=True)
        yield OptionList(id="offers", compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._offer("")

    def action_complete(self) -> None:
        """Take the first line offered, or the highlighted one."""
        if self._offers:
            listed = self.query_one("#offers", OptionList)
            self._fill(listed.highlighted or 0)

    def action_down(self) -> None:
        """Go from the line of text to the completions."""
        if self.query_one(Input).has_focus and self._offers:
            self.query_one("#offers").focus()

    def action_remove(self) -> None:
        """Remove the highlighted watchpoint of the list."""
        listed = self.query_one("#watches", OptionList)
        if listed.has_focus and self._watches and listed.highlighted is not None:
            self.dismiss(Unwatch(self._watches[listed.highlighted][0]))

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        self.complain("")
        self._offer(event.value)

    @on(OptionList.OptionSelected, "#offers")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self._fill(event.option_index)

    @on(OptionList.OptionSelected, "#watches")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.complain(self.words("watch.remove"))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        try:
            watch = parse_watch(event.value)
        except WatchError as error:
            self.complain(clean(self.words.say(error.notice)))
        else:
            self.offer(AddWatch(watch))

    def _fill(self, index: int) -> None:
        if index >= len(self._offers):  # the completions have changed since it was picked
            return
        line = self.query_one(Input)
        line.value = self._offers[index]
        line.cursor_position = len(line.value)
        line.focus()

    def _offer(self, text: str) -> None:
        self._offers = complete(text, self._names, self._parameters)[:OFFERED]
        listed = self.query_one("#offers", OptionList)
        listed.clear_options()
        listed.add_options([Option(self._offered(offer)) for offer in self._offers])

    def _offered(self, offer: str) -> Content:
        """A completion; of a quantity also what it is."""
        name = offer.rstrip(" (")
        if name not in (*BARE, *FUNCTIONS):
            return Content(clean(offer))
        about = self.words(f"watch.about.{name}")
        return Content.assemble(f"{offer:<12}", (about, "dim"))


def _line(number: int, text: str, value: float | None, holds: bool) -> Content:
    now = "" if value is None else f"{value:.4g}"
    mark = "!" if holds else " "
    return Content.assemble(
        (f"{mark} {number}  ", "$text-warning" if holds else "dim"), clean(text), "  ", (now, "dim")
    )
