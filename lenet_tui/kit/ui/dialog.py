"""What every dialog shares: a box in the middle, a title, a line of keys, escape closes it.

What can be found wrong only elsewhere, by the engine or in a file, is found before the dialog
closes: what was typed stays there to be mended, and no key meant for it reaches the screen below.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lenet_tui.kit.ui.open_screens import is_open
from lenet_tui.kit.ui.settings import Reader
from lenet_tui.terminal.ui.once import Once
from lenet_tui.terminal.ui.type_ahead import TypeAheadApp
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

T = TypeVar("T")
Check = Callable[[T], Awaitable[T]]
"""Lets what was given pass, perhaps changed, or raises ``Problem`` with what is wrong with it."""
PATIENCE = 2.0
"""Seconds for which keys typed after the answer wait for the check, so that they do what they do
where there is none; a longer one is watched by a person who can type into the dialog."""


class Dialog(Reader, Once[T | None], Generic[T]):
    """A box with the title ``dialog.TITLE.title``; ``body`` composes what is in it.

    The last line is ``dialog.TITLE.keys``; ``complain`` puts one line of error above it.
    ``check``: what is given back must pass it first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(self, name: str, check: Check[T] | None = None) -> None:
        self.subject = name
        self._check = check
        self._checking = False
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

    def offer(self, given: T) -> None:
        """Close with what is given back, as soon as it has passed the check."""
        if self._check is None:
            self.dismiss(given)
        elif not self._checking:
            self._checking = self.holds_keys = True
            self.set_timer(PATIENCE, self._hold_no_longer)
            self.run_worker(self._checked(self._check, given))

    async def _checked(self, check: Check[T], given: T) -> None:
        try:
            passed = await check(given)
        except Problem as error:
            if is_open(self):
                self.complain(clean(self.words.say(error.notice)))
        else:
            if is_open(self):
                self.dismiss(passed)
        finally:
            self._checking = False
            self._hold_no_longer()

    def _hold_no_longer(self) -> None:
        if self.holds_keys:
            self.holds_keys = False
            if isinstance(self.app, TypeAheadApp):
                self.app.hear()

    def action_cancel(self) -> None:
        """Close the dialog and change nothing."""
        self.dismiss(None)
