"""Text broken into lines where its language breaks them, English or Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

_CLOSING = "，。；：、？！）》〉」』】〕”’…％·"
_OPENING = "（《〈「『【〔“‘([{"
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_UNIT = re.compile(rf" +|[{_WIDE}]|[^ {_WIDE}]+")
"""Blanks, one wide character, or a run of others (a word, a formula's part)."""
_MARK = re.compile(r"[,.;:?!)\]}%](?![\w.])")
"""An ASCII mark, which begins no line if it is not that of a word, such as ``.grad``."""
_ONE_WIDE = re.compile(f"[{_WIDE}]")

Measure = Callable[[str], int]
"""How many cells a text takes on a terminal."""


def wrap(text: str, width: int, cells: Measure) -> list[str]:
    """``text`` in lines of at most ``width`` cells; its own line breaks stay.

    A line breaks at blanks and beside any Chinese character, but not before a closing mark nor
    after an opening one, as far as there is room. What is longer than a line is cut.
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


def has_wide(text: str) -> bool:
    """Whether a text has characters beside which a line breaks without a blank."""
    return _ONE_WIDE.search(text) is not None


def breaks(paragraph: str, width: int, cells: Measure) -> list[int]:
    """Where the lines of a paragraph begin, but the first: places in it, in order.

    Blanks stay at the end of a line, beyond ``width`` where there are many.
    """
    found: list[int] = []
    room, place = width, 0
    for unit in _units(paragraph):
        body = cells(unit.rstrip())
        if body > room < width:
            found.append(place)
            room = width
        whole = 0
        for piece in _cut(unit.rstrip(), width, cells)[:-1] if body > width else ():
            whole += len(piece)
            found.append(place + whole)
            room = width
        place += len(unit)
        room -= cells(unit[whole:])
    return found


def _wrap(paragraph: str, width: int, cells: Measure) -> list[str]:
    starts = [0, *breaks(paragraph, width, cells), len(paragraph)]
    return [paragraph[a:b].rstrip() for a, b in pairwise(starts)]


def _cut(text: str, width: int, cells: Measure) -> list[str]:
    """Pieces of at most ``width`` cells, none of which begins with a closing mark if it can."""
    pieces: list[str] = []
    for character in text:
        if pieces and cells(pieces[-1] + character) <= width:
            pieces[-1] += character
        elif character in _CLOSING and (tied := _end_before(pieces, character, width, cells)):
            pieces[-1:] = [pieces[-1][: -len(tied)], tied + character]
        else:
            pieces.append(character)
    return pieces


def _end_before(pieces: list[str], mark: str, width: int, cells: Measure) -> str:
    """The end of the last piece that goes to the next line with a mark; empty if nothing can."""
    last = pieces[-1] if pieces else ""
    for length in range(1, len(last)):
        if last[-length] not in _CLOSING and last[-length - 1] not in _OPENING:
            return last[-length:] if cells(last[-length:] + mark) <= width else ""
    return ""


def _units(paragraph: str) -> list[str]:
    """Pieces that stay on one line, in order; the blanks that it begins with are of the first."""
    units: list[str] = []
    for piece in _UNIT.findall(paragraph):
        if units and (piece.isspace() or _tied(units[-1], piece)):
            units[-1] += piece
        else:
            units.append(piece)
    return units


def _tied(unit: str, piece: str) -> bool:
    """Whether a line may not begin with ``piece``, which follows on ``unit``."""
    if piece[0] in _CLOSING or unit[-1] in _OPENING or unit.isspace():
        return True
    return unit[-1] != " " and _MARK.match(piece) is not None
