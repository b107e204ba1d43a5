"""Where Textual breaks lines: Chinese ones as Chinese does, with no mark at a line's beginning."""

from __future__ import annotations

from rich.cells import cell_len
from textual import content

from lenet_tui.text.wrapping import breaks, has_wide

_divide_line = content.divide_line  # type: ignore[attr-defined]


def break_wide_lines() -> None:
    """Have all that Textual wraps broken by our rules where there are wide characters."""
    content.divide_line = _divided  # type: ignore[attr-defined]


def _divided(text: str, width: int, fold: bool = True) -> list[int]:
    """The places in a line that its further lines begin at."""
    if fold and width > 1 and has_wide(text):
        return breaks(text, width, cell_len)
    places: list[int] = _divide_line(text, width, fold)
    return places
