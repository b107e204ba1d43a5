"""Screens that close once, and Textual's lists without the errors that end the app.

A key pressed twice before a screen is gone does nothing more. ``OptionList`` of Textual 8.2, used
in dialogs, in the palette and below fields, looks up what is not there: lines, on page down right
after the key that opens a dialog, or in a window too small for it; an option, on a click that comes
when others have taken their place. ``mend_lists`` makes such keys and clicks do nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette
from textual.content import Content
from textual.events import Click, Event
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from lenet_tui.terminal.ui.fresh_screen import FreshScreen
from lenet_tui.terminal.ui.painting import paint_parts

T = TypeVar("T")
_on_event = OptionList.on_event


def mend_lists() -> None:
    """Have page keys and clicks do nothing where there is no line or option."""
    OptionList.action_page_up = _with_lines(OptionList.action_page_up)  # type: ignore[method-assign]
    OptionList.action_page_down = _with_lines(OptionList.action_page_down)  # type: ignore[method-assign]
    OptionList.on_event = _ignoring_stale_clicks  # type: ignore[method-assign, assignment]


def _with_lines(action: Callable[[OptionList], None]) -> Callable[[OptionList], None]:
    def page(self: OptionList) -> None:
        if self.scrollable_content_region:
            action(self)

    return page


async def _ignoring_stale_clicks(self: OptionList, event: Event) -> None:
    if isinstance(event, Click) and event.style.meta.get("option", -1) >= self.option_count:
        event.prevent_default()
    await _on_event(self, event)


mend_lists()


class Once(FreshScreen[T], ModalScreen[T]):
    """A dialog. Textual closes the screen below, or the app, when one is dismissed twice.

    ``holds_keys``: it may be about to close, so keys other than escape wait.
    """

    holds_keys = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paint_parts(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing before its widgets are there: where a machine is slow, a key may come first."""
        return self.is_mounted and super().check_action(action, parameters)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close, if that has not been done."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Palette(CommandPalette):
    """Textual's palette, which would also run its command twice.

    ``nothing``: what it says where nothing matches, in the app's language; Textual speaks English.
    """

    def __init__(self, *args: Any, nothing: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paint_parts(self)
        self._nothing = nothing

    def on_mount(self) -> None:
        """Have the one line that cannot be chosen say it in our words."""
        commands = self.query_one(CommandList)
        add = commands.add_option

        def add_in_words(option: Any = None) -> CommandList:
            if isinstance(option, Option) and option.disabled:
                option = Option(Content(self._nothing), option.id, disabled=True)
            return add(option)

        commands.add_option = add_in_words  # type: ignore[method-assign]

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close, if that has not been done."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _ignore_when_closed(self, event: Message) -> None:
        if not self.is_active:
            event.stop()
            event.prevent_default()
