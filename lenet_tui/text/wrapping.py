"""Text broken into lines where its language breaks them, English or Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable

_CLOSING = "，。；：、？！）》」』”’…％"
_OPENING = "（《「『“‘"
_UNIT = re.compile(r" +|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^ \u2e80-\u9fff\uf900-\uffef]+")
"""Blanks, one wide character, or a run of others (a word, a formula's part)."""

Measure = Callable[[str], int]
"""How many cells a text takes on a terminal."""


def wrap(text: str, width: int, cells: Measure) -> list[str]:
    """``text`` in lines of at most ``width`` cells; its own line breaks stay.

    A line breaks at blanks and beside any Chinese character, but never before a closing mark
    nor after an opening one. What is longer than a line is cut.
    """
    room = max(width, 2)
    return [line for paragraph in text.split("\n") for line in _wrap(paragraph, room, cells)]


def balanced(text: str, width: int, cells: Measure) -> list[str]:
    """``text`` in the lines that ``wrap`` makes, narrower where a few words would be left alone.

    As few lines as before, and no narrower than the last needs to be a third of the first.
    """
    lines = wrap(text, width, cells)
    narrower = width
    while len(lines) > 1 and cells(lines[-1]) * 3 <= cells(lines[0]) and narrower > 2:
        narrower = min(narrower, max(map(cells, lines))) - 1
        tried = wrap(text, narrower, cells)
        if len(tried) > len(lines):
            break
        lines = tried
    return lines


def _wrap(paragraph: str, width: int, cells: Measure) -> list[str]:
    lines = [""]
    for unit in _units(paragraph):
        if cells(lines[-1] + unit.rstrip()) <= width:
            lines[-1] += unit
            continue
        body = unit.rstrip()
        pieces = _cut(body, width, cells)
        if lines[-1].strip():
            lines += pieces
        elif pieces:
            lines[-1:] = pieces
        lines[-1] += unit[len(body) :]
    return [line.rstrip() for line in lines]


def _cut(text: str, width: int, cells: Measure) -> list[str]:
    """Pieces of at most ``width`` cells."""
    pieces: list[str] = []
    for character in text:
        if pieces and cells(pieces[-1] + character) <= width:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


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
