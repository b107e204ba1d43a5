"""The table of terms as text in columns as wide as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size

from lenet_tui.explain.ui.term_lines import Line, heads
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import aligned, index_text, thousands
from lenet_tui.text.words import Words

DIGITS = (6, 5, 4, 3)
"""Significant digits tried, as many as fit."""
HEAD = 20
"""Cells that a tensor's name in the header may widen its column to."""
MARK = 2
GAP = 2
TIMES = " × "


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a row: ``kind`` is its style, ``part`` is the operand's number (-1: none)."""

    text: str
    kind: str = "plain"
    part: int = -1


Row = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """``header`` and a row for each line, all of one width."""

    header: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Every cell of the table as text, and how wide the columns are.

    ``numbers`` are the columns on the right, with their titles.
    """

    operands: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numbers: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def wide(self) -> int:
        """Cells that the operands take."""
        return sum(self.widths) + len(TIMES) * (len(self.widths) - 1)

    @property
    def right(self) -> int:
        """Cells that the numbers on the right take."""
        return sum(_number_width(title, column) for title, column in self.numbers)


def layout(table: Sequence[Line], width: int, words: Words) -> Layout:
    """The table in ``width`` cells: with fewer digits, then no running sum, then cut names."""
    named = heads(table)
    for digits in DIGITS:
        texts = _texts(table, named, digits, words)
        if MARK + texts.wide + texts.right <= width:
            break
    else:
        texts = replace(texts, numbers=(_merged(*texts.numbers),))
    widest = max((cell_len(_caption(x, words)) for x in table if x.kind != "term"), default=0)
    room = min(width - MARK - texts.right, max(texts.wide, widest))
    rows = [_row(line, n, texts, room, words) for n, line in enumerate(table)]
    return Layout(_header(named, texts, room, words), tuple(rows))


def runs(table: Sequence[Line], width: int, words: Words) -> bool:
    """Whether the sums on the way have room in ``width`` cells, if there are any."""
    if all(line.running is None for line in table):
        return True
    texts = _texts(table, heads(table), DIGITS[-1], words)
    return MARK + texts.wide + texts.right <= width


def _texts(table: Sequence[Line], named: Sequence[str], digits: int, words: Words) -> _Texts:
    columns = 1 + any(len(line.operands) > 1 for line in table)
    cells = [_column(table, n, named[n], digits) for n in range(columns)]
    widths = []
    for n, column in enumerate(cells):
        beside = [t for t, x in zip(column, table, strict=True) if len(x.operands) == columns]
        widths.append(max(_widest(beside), min(cell_len(named[n]), HEAD)))
    alone = _widest([t for t, x in zip(cells[0], table, strict=True) if len(x.operands) == 1])
    widths[0] += max(0, alone - sum(widths) - len(TIMES) * (columns - 1))
    pairs = [_numbers_of(line) for line in table]
    shown = iter(aligned([v for pair in pairs for v in pair if v is not None], digits))
    texts = [tuple("" if v is None else next(shown) for v in pair) for pair in pairs]
    values, running = zip(*texts, strict=True)
    numbers = [(words("inspect.term"), values)]
    if any(running):
        numbers.append((words("inspect.running-sum"), running))
    return _Texts(tuple(zip(*cells, strict=True)), tuple(widths), tuple(numbers))


def _numbers_of(line: Line) -> tuple[float | None, float | None]:
    """The numbers on the right of a line: the term and the sum so far, or the whole sum."""
    return (None, line.value) if line.kind == "sum" else (line.value, line.running)


def _merged(
    values: tuple[str, tuple[str, ...]], running: tuple[str, tuple[str, ...]] = ("", ())
) -> tuple[str, tuple[str, ...]]:
    """The terms without the sums on the way, and below them the last of those."""
    return values[0], tuple(a or b for a, b in zip_longest(values[1], running[1], fillvalue=""))


def _column(table: Sequence[Line], n: int, head: str, digits: int) -> list[str]:
    """The operands of a column: index and value, with the tensor's name if it is not ``head``."""
    there = {at: line.operands[n] for at, line in enumerate(table) if len(line.operands) > n}
    names = {
        at: f"{'' if o.tensor == head else clean(o.tensor)}{index_text(o.index)}"
        for at, o in there.items()
    }
    wide = {
        named: _widest([names[at] for at, o in there.items() if (o.tensor != head) is named])
        for named in (False, True)
    }
    column = [""] * len(table)
    values = aligned([o.value for o in there.values()], digits)
    for (at, operand), value in zip(there.items(), values, strict=True):
        column[at] = f"{set_cell_size(names[at], wide[operand.tensor != head])} {value}"
    return column


def _row(line: Line, n: int, texts: _Texts, room: int, words: Words) -> Row:
    kind = "zero" if line.kind == "term" and line.value == 0 else line.kind
    pieces = [Piece(" " * MARK)]
    if line.kind != "term":
        pieces.append(Piece(_fitted(_caption(line, words), room), kind))
    elif len(line.operands) > 1:
        left = room - texts.wide
        for part, (text, wide) in enumerate(zip(texts.operands[n], texts.widths, strict=True)):
            if part:
                pieces.append(Piece(TIMES if line.product else " " * len(TIMES), "edge"))
            cut = left if left < 0 and not part else 0
            pieces.append(Piece(_fitted(text, wide + cut), kind, part))
        pieces.append(Piece(" " * max(0, left)))
    else:
        pieces.append(Piece(_fitted(texts.operands[n][0], room), kind, 0 if line.operands else -1))
    for which, (title, column) in enumerate(texts.numbers):
        style = "running" if which and line.kind == "term" else kind
        pieces.append(Piece(column[n].rjust(_number_width(title, column)), style))
    return tuple(pieces)


def _header(named: Sequence[str], texts: _Texts, room: int, words: Words) -> Row:
    titles = [clean(name) for name in named[: len(texts.widths)]]
    if any(titles):
        sized = (_fitted(t, w) for t, w in zip(titles, texts.widths, strict=True))
        made = _fitted((" " * len(TIMES)).join(sized), room)
    else:
        made = _fitted(words("inspect.operands"), room)
    for title, column in texts.numbers:
        made += " " * (_number_width(title, column) - cell_len(title)) + title
    return (Piece(" " * MARK + made, "edge"),)


def _number_width(title: str, column: Sequence[str]) -> int:
    return GAP + max(cell_len(title), _widest(column))


def _caption(line: Line, words: Words) -> str:
    return words(f"inspect.{line.kind}", count=thousands(line.count))


def _fitted(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells; what is too long loses its beginning."""
    if cell_len(text) > width > 0:
        while cell_len(text) > width - 1:
            text = text[1:]
        text = f"…{text}"
    return set_cell_size(text, max(0, width))


def _widest(texts: Sequence[str]) -> int:
    return max(map(cell_len, texts), default=0)
