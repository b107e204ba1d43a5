"""A picture of curves in text cells: braille dots, two by four to a cell, with its axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from lenet_tui.curves.series import Array, Columns, Dense, Window

Mask = npt.NDArray[np.bool_]
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.int64)
"""The bit of each dot of a braille character, by row and column (the Unicode Standard, 2800)."""
BRAILLE = 0x2800
APART = 4
"""Cells for each of the few numbers of a curve, at least: where there are more, none is marked."""
LETTERED = 48
"""Dots from one letter along a line to the next."""
SPAN, MARK, BROKEN, HERE = ".span", ".mark", "broken", "here"


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line of a chart. ``key`` tells lines apart.

    Either ``dense``, a number for each iteration, or ``x`` and ``y``: few numbers, each of which is
    marked where there is room.
    """

    key: str
    dense: Dense | None = None
    x: Array | None = None
    y: Array | None = None
    spans: bool = True
    """Whether the numbers between the least and the most of each column are shaded."""
    letter: str = ""
    """Stands at its end, and for its marks, so that it is told from others without colours."""
    hollow: bool = False
    """Whether its marks are circles, beside the dots of another curve."""
    called: str = ""
    """The name of one of a session's several losses: its letter stands along the whole line."""


@dataclass(frozen=True, slots=True)
class Run:
    """Cells of one kind, side by side. ``kind``: a curve's key, with ``.span`` or ``.mark``."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Chart:
    """``rows`` from the top, each of runs; the numbers beside some rows and below some columns.

    ``low`` and ``high``: what the lowest and the highest dot mean; NaN where nothing is known.
    """

    rows: tuple[tuple[Run, ...], ...]
    beside: dict[int, float]
    below: dict[int, int]
    low: float
    high: float


def chart(
    curves: Sequence[Curve],
    window: Window,
    cols: int,
    rows: int,
    *,
    log: bool = False,
    here: int | None = None,
    signs: str = "",
) -> Chart:
    """The curves over the window's iterations in ``cols`` × ``rows`` cells.

    A curve is the line of its columns' means; behind it, what lies between least and most. The
    scale is that of the means and marks: a span may be cut off. On a logarithmic scale what is not
    above 0 is left out. ``here``: an iteration that has a line. ``signs``: characters for line,
    span, mark and hollow mark where braille cannot be drawn.
    """
    wide = cols * 2
    found = [(c, _scaled(_columns(c, window, wide), log)) for c in curves]
    low, high, only = _ends([columns for _, columns in found])
    tall = rows * 4
    line, span = (signs[0], signs[1]) if signs else ("", "")
    layers: list[Layer] = []
    broken = np.zeros(wide, dtype=bool)
    for curve, columns in found:
        level = _level(columns.mean, low, high, tall)
        if curve.dense is None:
            layers.append((curve.key, _line(level, tall, gaps=True), line))
            if (level >= 0).sum() * APART <= cols:
                sign = curve.letter or mark(curve.hollow, signs)
                layers.append((curve.key + MARK, _points(level, tall), sign))
        else:
            if curve.spans:
                bottom, top = (_level(v, low, high, tall) for v in (columns.low, columns.high))
                layers.insert(0, (curve.key + SPAN, _filled(bottom, top, tall), span))
            layers.append((curve.key, _line(level, tall), line))
        broken |= columns.broken
    cells = _Cells(cols, rows)
    for kind, mask, sign in layers:
        cells.draw(kind, mask, sign)
    at = column_of(here, window, cols) if here is not None else None
    for number, (curve, columns) in enumerate(found):
        known = np.flatnonzero(np.isfinite(columns.mean))
        if curve.letter and len(known):
            level = _level(columns.mean, low, high, tall)
            first = number * 2 * APART % LETTERED if curve.called else len(known)
            for x in [*known[first::LETTERED].tolist(), int(known[-1])]:
                cells.put(int(level[x]) // 4, x // 2, curve.letter, curve.key + MARK)
    if at is not None:
        cells.bar(at, ":" if signs else "┊")
    cells.put(0, broken[::2] | broken[1::2], "!", BROKEN)
    made = tuple(map(cells.runs, range(rows)))
    beside = {} if math.isnan(low) else _beside(low, high, rows, log=log)
    if only is not None:
        beside = {rows // 2: 10**only if log else only}
    ends = (10**low, 10**high) if log else (low, high)
    return Chart(made, beside, _below(window, cols), *ends)


def column_of(iteration: int, window: Window, cols: int) -> int | None:
    """The column in which an iteration is; ``None``: it is not seen."""
    if not window.first <= iteration <= window.last:
        return None
    return min(cols - 1, (iteration - window.first) * cols // window.length)


def iteration_at(column: int, window: Window, cols: int) -> int:
    """The last iteration that a column shows."""
    return window.first + max(0, math.ceil((column + 1) * window.length / cols) - 1)


def _columns(curve: Curve, window: Window, count: int) -> Columns:
    if curve.dense is not None:
        return curve.dense.columns(window, count)
    values, broken = np.full(count, np.nan), np.zeros(count, dtype=bool)
    if curve.x is not None and curve.y is not None and len(curve.x):
        columns = np.arange(count + 1)
        starts = window.first + -(-columns * window.length // count)  # the next whole iteration
        place = np.searchsorted(curve.x, starts[1:]) - 1  # of several in a column the last
        seen = (place >= 0) & (curve.x[place] >= starts[:-1])
        values[seen] = curve.y[place[seen]]
        broken[seen] = ~np.isfinite(values[seen])
    values[~np.isfinite(values)] = np.nan
    return Columns(values, values, values, broken)


def _scaled(columns: Columns, log: bool) -> Columns:
    if not log:
        return columns

    def logs(values: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(np.where(values > 0, values, np.nan))

    low, mean, high = (logs(v) for v in (columns.low, columns.mean, columns.high))
    return Columns(np.where(np.isnan(low), mean, low), mean, high, columns.broken)


def _ends(several: Sequence[Columns]) -> tuple[float, float, float | None]:
    """The least and the most that the scale must hold, with a little room.

    The third is the only value that there is, in the middle: round ones around it say nothing.
    """
    means = np.concatenate([c.mean for c in several]) if several else np.empty(0)
    known = means[np.isfinite(means)]
    if not len(known):
        return math.nan, math.nan, None
    low, high = float(known.min()), float(known.max())
    if low == high:
        room = abs(low) * 0.1 or 0.1
        return low - room, high + room, low
    room = (high - low) * 0.04
    return (0.0 if 0 <= low <= room else low - room), high + room, None


def _level(values: Array, low: float, high: float, tall: int) -> npt.NDArray[np.int64]:
    """The dot row of each value, from the top; −1: there is no value. What is beyond is cut off."""
    with np.errstate(invalid="ignore"):
        share = (high - values) / (high - low)
        rows = np.clip(np.round(share * (tall - 1)), 0, tall - 1)
    return np.where(np.isnan(rows), -1, rows).astype(np.int64)


def _line(level: npt.NDArray[np.int64], tall: int, *, gaps: bool = False) -> Mask:
    """Dots from each value to the next; ``gaps``: also across columns that have none."""
    mask = np.zeros((tall, len(level)), dtype=bool)
    known = np.flatnonzero(level >= 0)
    if not len(known):
        return mask
    columns = np.arange(known[0], known[-1] + 1) if gaps else known
    place = np.searchsorted(known, columns)
    before, after = known[np.maximum(place - 1, 0)], known[place]
    joined = (place > 0) & (gaps | (after - before == 1))
    steps, n = np.where(joined, after - before, 1), np.where(joined, columns - before, 1)
    start = np.where(joined, level[before], level[after])
    rise = level[after] - start
    a, b = start + rise * (n - 1) / steps, start + rise * n / steps  # a straight line, by column
    ends = np.rint(a).astype(np.int64), np.rint(b).astype(np.int64)
    top, bottom = np.minimum(*ends), np.maximum(*ends)
    top = top + ((top < bottom) & (a < b))  # the column before has that dot
    bottom = bottom - ((top < bottom) & (a > b))
    rows = np.arange(tall)[:, None]
    mask[:, columns] = (rows >= top) & (rows <= bottom)
    return mask


def mark(hollow: bool, signs: str) -> str:
    """The character of a mark."""
    return signs[2 + hollow] if signs else "○" if hollow else "●"


def _points(level: npt.NDArray[np.int64], tall: int) -> Mask:
    mask = np.zeros((tall, len(level)), dtype=bool)
    known = np.flatnonzero(level >= 0)
    mask[level[known], known] = True
    return mask


def _filled(bottom: npt.NDArray[np.int64], top: npt.NDArray[np.int64], tall: int) -> Mask:
    rows = np.arange(tall)[:, None]
    made: Mask = (rows >= top) & (rows <= bottom) & (bottom >= 0) & (top >= 0)
    return made


Layer = tuple[str, Mask, str]
"""A kind, its dots, and the character that stands for them; empty: they are drawn in braille."""


class _Cells:
    """Characters with their kinds: of several in a cell the last one is seen."""

    def __init__(self, cols: int, rows: int) -> None:
        self._codes = np.full((rows, cols), ord(" "), dtype="<u4")
        self._kinds = np.zeros((rows, cols), dtype=np.int64)
        self._names = [""]

    def draw(self, kind: str, mask: Mask, sign: str) -> None:
        """Draw a layer."""
        rows, cols = self._codes.shape
        bits = (mask.reshape(rows, 4, cols, 2) * DOTS[None, :, None, :]).sum(axis=(1, 3))
        seen = bits > 0
        self._codes[seen] = ord(sign) if sign else BRAILLE + bits[seen]
        self._kinds[seen] = self._number(kind)

    def put(self, row: int, columns: int | Mask, char: str, kind: str) -> None:
        """Have a character in one or several columns of a row."""
        self._codes[row, columns] = ord(char)
        self._kinds[row, columns] = self._number(kind)

    def bar(self, column: int, char: str) -> None:
        """Draw the line of an iteration, behind what is there."""
        free = self._codes[:, column] == ord(" ")
        self._codes[free, column] = ord(char)
        self._kinds[free, column] = self._number(HERE)

    def runs(self, row: int) -> tuple[Run, ...]:
        """A row of them."""
        text = self._codes[row].tobytes().decode("utf-32-le")
        kinds = self._kinds[row]
        ends = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(kinds)]
        return tuple(
            Run(text[start:end], self._names[kinds[start]]) for start, end in pairwise(ends)
        )

    def _number(self, kind: str) -> int:
        if kind not in self._names:
            self._names.append(kind)
        return self._names.index(kind)


def _beside(low: float, high: float, rows: int, *, log: bool) -> dict[int, float]:
    """Round numbers and the rows that they belong to: two or more, where there is room."""
    if log:
        return _placed(_decades(low, high), low, high, rows, log=log)
    found: dict[int, float] = {}
    for most in range(max(2, rows // 3), rows + 1):
        found = _placed(_round(low, high, most), low, high, rows, log=log)
        if len(found) > 1:
            break
    return found


def _placed(
    values: Sequence[float], low: float, high: float, rows: int, *, log: bool
) -> dict[int, float]:
    """The numbers by their rows, without those that would be beside another one."""
    found: dict[int, float] = {}
    for value in values:
        row = round((high - (math.log10(value) if log else value)) / (high - low) * rows - 0.5)
        if 0 <= row < rows and not any(abs(row - other) < 2 for other in found):
            found[row] = value
    return found


def _round(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` + 1 multiples of 1, 2 or 5 times a power of ten, in between."""
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    digits = max(0, -math.floor(math.log10(step)))
    return [round(n * step, digits) for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _decades(low: float, high: float) -> list[float]:
    """Powers of ten in between; where there are fewer than two, 2 and 5 times those as well."""
    span = range(math.floor(low), math.ceil(high) + 1)
    powers = [10.0**n for n in span if low <= n <= high]
    if len(powers) >= 2:
        return powers
    several = [k * 10.0**n for n in span for k in (1, 2, 3, 5, 7)]
    return [value for value in several if low <= math.log10(value) <= high]


def _below(window: Window, cols: int) -> dict[int, int]:
    """Round iterations and the columns that they belong to; always the first and the last."""
    ends = {0: window.first, cols - 1: window.last}
    if window.length < 2:
        return {0: window.first}
    for value in _round(window.first, window.last, max(2, cols // 14)):
        column = column_of(int(value), window, cols) if value == int(value) else None
        if column is not None and 10 < column < cols - 12:
            ends[column] = int(value)
    return dict(sorted(ends.items()))
