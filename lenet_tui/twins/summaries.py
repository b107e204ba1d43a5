"""Rows of what two scripts yielded, from summaries; the numbers of those that differ are asked for.

No torch: who compares only reads what the scripts' own processes have computed.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lenet_tui.twins.align import Match, aligned, index_at, same_number
from lenet_tui.twins.crossing import Floats, Part, Seen, Summary, Yielded
from lenet_tui.twins.result import DIFFERS, SHAPES, Cell, TwinRow

MOST = 1 << 22
"""Elements of an iteration's tensors that are sent to be counted; the first that differs always."""

Fetch = Callable[[Sequence[Part]], Sequence[Floats]]
"""The numbers of tensors of an iteration."""
Placed = tuple[int, Yielded]
"""An entry with its number in ``Seen.all``."""


@dataclass(slots=True)
class _Apart:
    """Two tensors of one shape that differ, and the row that they are of."""

    row: int
    a: Part
    b: Part
    size: int


class Comparison:
    """The rows of one iteration of both, and which tensors are still to be counted."""

    def __init__(self, a: Seen, b: Seen) -> None:
        self._files = a.file, b.file
        self.rows: list[TwinRow] = []
        self._apart: list[_Apart] = []
        ours, theirs = list(enumerate(a.all)), list(enumerate(b.all))
        cut = len(a.start), len(b.start)
        self._add(ours[: cut[0]], theirs[: cut[1]])
        self.start = len(self.rows)
        """How many of the rows are of what both start from."""
        self._add(ours[cut[0] :], theirs[cut[1] :])

    def _add(self, a: Sequence[Placed], b: Sequence[Placed]) -> None:
        keys = lambda p: p[1].key, lambda p: p[1].finer, lambda p: p[1].identity
        for match in aligned(a, b, *keys):
            self.rows.append(self._row(match))

    def _row(self, match: Match[Placed]) -> TwinRow:
        a, b = match.a, match.b
        placed = a or b
        assert placed is not None
        entry = placed[1]
        row = TwinRow(
            entry.phase, entry.name, entry.op, match.how, entry.gradient,
            line_a=a[1].line if a else 0, line_b=b[1].line if b else 0, moved=match.moved,
        )  # fmt: skip
        if a is None or b is None or match.early is not None:
            return self._alone(row, b if row.by else a)
        ours, theirs = a[1].tensors, b[1].tensors
        for n in range(max(len(ours), len(theirs))):
            one = ours[n] if n < len(ours) else None
            other = theirs[n] if n < len(theirs) else None
            if not _same(one, other):
                return self._parted(row, ((a[0], n), one), ((b[0], n), other))
        pairs = list(zip(ours, theirs, strict=True))
        both = next((p for p in pairs if p[0] is not None), (None, None))
        return _numbers(_sized(row, *both), a[1], b[1])

    def _alone(self, row: TwinRow, placed: Placed | None) -> TwinRow:
        """The row of what one of the two does, alone or before the other."""
        tensors = placed[1].tensors if placed else ()
        found = next((t for t in tensors if t is not None), None)
        row = _sized(row, None if row.by else found, found if row.by else None)
        return self._where(row) if row.moved else row

    def _parted(
        self, row: TwinRow, a: tuple[Part, Summary | None], b: tuple[Part, Summary | None]
    ) -> TwinRow:
        """The row of two tensors that differ; they are counted later."""
        (ours, one), (theirs, other) = a, b
        row = _sized(row, one, other)
        if one is None or other is None:
            return self._where(replace(row, how=DIFFERS))
        if one.dtype != other.dtype:
            row = replace(row, types=(one.dtype, other.dtype))
        if one.shape != other.shape:
            return self._where(replace(row, how=SHAPES))
        self._apart.append(_Apart(len(self.rows), ours, theirs, one.size))
        return self._where(replace(row, how=DIFFERS))

    def _where(self, row: TwinRow) -> TwinRow:
        """The row with the lines of both files."""
        file_a, file_b = self._files
        return replace(
            row, file_a=_named(file_a, row.line_a), file_b=_named(file_b, row.line_b),
            text_a=_text(file_a, row.line_a), text_b=_text(file_b, row.line_b),
        )  # fmt: skip

    def count(self, a: Fetch, b: Fetch) -> None:
        """Ask for the numbers of what differs, the first ones, and count."""
        wanted = list(_first(self._apart))
        if not wanted:
            return
        ours, theirs = a([w.a for w in wanted]), b([w.b for w in wanted])
        for each, x, y in zip(wanted, ours, theirs, strict=True):
            self.rows[each.row] = _counted(self.rows[each.row], x, y)


def _first(apart: Sequence[_Apart]) -> Iterator[_Apart]:
    room = MOST
    for n, each in enumerate(apart):
        room -= each.size
        if n and room < 0:
            return
        yield each


def _counted(row: TwinRow, a: Floats, b: Floats) -> TwinRow:
    x, y = a.astype(np.float64), b.astype(np.float64)
    with np.errstate(invalid="ignore"):
        alike = (x == y) | (np.isnan(x) & np.isnan(y))
        gap = np.where(alike, 0.0, np.nan_to_num(np.abs(x - y), nan=np.inf, posinf=np.inf))
    places = np.flatnonzero(~alike)
    if not len(places):  # only their types differ, or the signs of complex numbers
        return row
    first = int(places[0])
    cell = Cell(index_at(first, row.shape_a or ()), float(x[first]), float(y[first]))
    return replace(row, difference=float(gap.max()), count=len(places), first=cell)


def _numbers(row: TwinRow, a: Yielded, b: Yielded) -> TwinRow:
    """The row with what was computed beside tensors, such as a learning rate, if that differs."""
    others = dict(b.numbers)
    for name, ours in a.numbers:
        theirs = others.get(name, ours)
        if not same_number(ours, theirs):
            cell = Cell((), ours, theirs)
            return replace(
                row, how=DIFFERS, a=ours, b=theirs, difference=abs(ours - theirs), count=1,
                size=1, first=cell,
            )  # fmt: skip
    return row


def _same(a: Summary | None, b: Summary | None) -> bool:
    if a is None or b is None:
        return a is b
    return (a.shape, a.dtype, a.digest) == (b.shape, b.dtype, b.digest)


def _sized(row: TwinRow, a: Summary | None, b: Summary | None) -> TwinRow:
    if a is not None:
        row = replace(row, shape_a=a.shape, a=a.number)
    if b is not None:
        row = replace(row, shape_b=b.shape, b=b.number)
    return replace(row, size=max((t.size for t in (a, b) if t is not None), default=0))


def _named(file: str, line: int) -> str:
    return Path(file).name if line else ""


def _text(file: str, line: int) -> str:
    return linecache.getline(file, line).strip() if line else ""
