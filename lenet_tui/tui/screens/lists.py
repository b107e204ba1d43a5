"""Textual's lists, in dialogs, in its palette and below its fields, on a page key that comes early.

``OptionList`` of Textual 8.2 looks up lines that are only there once it has been laid out: page
down right after the key that opens a dialog, or in a window too small for it, ended the app.
"""

from __future__ import annotations

from textual.widgets import OptionList

_move_page = OptionList._move_page


def mend() -> None:
    """Have the page keys do nothing in a list without lines."""
    OptionList._move_page = _where_there_are_lines  # type: ignore[method-assign]


def _where_there_are_lines(self: OptionList, direction: int) -> None:
    if (self.highlighted or 0) in self._index_to_line:
        _move_page(self, direction)  # type: ignore[arg-type]
