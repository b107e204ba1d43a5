"""Textual's lists, in dialogs, in its palette and below its fields, when they are not as expected.

``OptionList`` of Textual 8.2 looks up what is not there, which ended the app: lines, on page down
right after the key that opens a dialog, or in a window too small for it; an option, on a click that
comes when others have taken their place.
"""

from __future__ import annotations

from textual.events import Click
from textual.widgets import OptionList

_move_page, _on_click = OptionList._move_page, OptionList._on_click


def mend() -> None:
    """Have page keys and clicks do nothing where nothing is."""
    OptionList._move_page = _where_there_are_lines  # type: ignore[method-assign]
    OptionList._on_click = _where_there_is_one  # type: ignore[method-assign]


def _where_there_are_lines(self: OptionList, direction: int) -> None:
    if (self.highlighted or 0) in self._index_to_line:
        _move_page(self, direction)  # type: ignore[arg-type]


async def _where_there_is_one(self: OptionList, event: Click) -> None:
    number = event.style.meta.get("option")
    if number is not None and number < self.option_count:
        await _on_click(self, event)
