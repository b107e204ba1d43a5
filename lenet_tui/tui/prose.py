"""Paragraphs in either language, broken where that language breaks its lines."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

_CLOSING = "，。；：、？！）》」』”’…％"
_OPENING = "（《「『“‘"
_UNIT = re.compile(r" +|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^ \u2e80-\u9fff\uf900-\uffef]+")
"""Blanks, one wide character, or a run of others (a word, a formula's part)."""


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells; its own line breaks stay.

    A line breaks at blanks and beside any Chinese character, but never before a closing mark
    nor after an opening one. What is longer than a line is cut.
    """
    return [line for paragraph in text.split("\n") for line in _wrap(paragraph, max(width, 2))]


def _wrap(paragraph: str, width: int) -> list[str]:
    lines = [""]
    for unit in _units(paragraph):
        if cell_len(lines[-1] + unit.rstrip()) <= width:
            lines[-1] += unit
            continue
        body = unit.rstrip()
        pieces = chop_cells(body, width)
        if lines[-1].strip():
            lines += pieces
        elif pieces:
            lines[-1:] = pieces
        lines[-1] += unit[len(body) :]
    return [line.rstrip() for line in lines]


def _units(paragraph: str) -> list[str]:
    """Pieces that stay on one line, in order."""
    units: list[str] = []
    for piece in _UNIT.findall(paragraph):
        glued = units and (piece[0] in _CLOSING or units[-1][-1] in _OPENING)
        if glued or (units and piece.isspace()):
            units[-1] += piece
        else:
            units.append(piece)
    return units


class Prose(Widget):
    """Text that fills its width and takes the height it needs."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Prose { height: auto; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""

    def show(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines it takes at ``width``."""
        return len(wrap(self._text, width))

    def render(self) -> Content:
        return Content("\n".join(wrap(self._text, self.content_size.width)))
