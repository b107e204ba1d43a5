"""Textual's lists, in dialogs, in its palette and below its fields, when they are not as expected.

``OptionList`` of Textual 8.2 looks up what is not there, which ends the app: lines, on page down
right after the key that opens a dialog, or in a window too small for it; an option, on a click that
comes when others have taken their place.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Click, Event
from textual.widgets import OptionList

_on_event = OptionList.on_event


def mend() -> None:
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
