"""The loss of every iteration so far, gathered from frames that each bring a piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from weakref import WeakSet

import numpy as np
import numpy.typing as npt

from lenet_tui.protocol.frame import Frame, Named, has_loss

Array = npt.NDArray[np.float64]
WRITTEN = 2**18
"""Losses that a save holds at most, 2 MB, and as many that have names: a file must not grow for as
long as a run does."""


class Taken(NamedTuple):
    """Losses from iteration ``first`` on; ``named``: of a step that has several, each by itself."""

    first: int
    losses: Sequence[float] | Array
    named: Named = ()

    def into(self, frame: Frame) -> Frame:
        """The frame with these losses in the place of its own."""
        losses = np.asarray(self.losses, np.float64)
        return replace(frame, losses_from=self.first, losses=losses, named=self.named)


@dataclass(eq=False)
class Watched:
    """How many losses, from the first one on, are as they were when this was set."""

    upto: int = 0


class Losses:
    """``values[i]`` is the loss of iteration ``i`` (from 1; index 0 is unused, NaN).

    ``named``: of a step that has several losses, each by its name.
    """

    def __init__(self) -> None:
        self.named: dict[str, Losses] = {}
        self._store: Array = np.full(1024, np.nan)
        self._size = 1
        self._watched: WeakSet[Watched] = WeakSet()

    def watch(self) -> Watched:
        """Something that says from where on the losses are to be looked at again."""
        watched = Watched()
        self._watched.add(watched)
        return watched

    def _changed(self, first: int) -> None:
        for watched in self._watched:
            watched.upto = min(watched.upto, first)

    def take(self, frame: Frame) -> None:
        """Add the losses of a frame; drop those that its session no longer has."""
        self.add(frame.losses_from, frame.losses, frame.named, known=not frame.ahead)
        if frame.looked_at:  # what a script did is not undone
            return
        end = max(frame.end, frame.position.iteration) + 1
        if not (frame.ahead or frame.running or has_loss(frame)):
            end = max(1, end - 1)
        for losses in (self, *self.named.values()):
            losses._cut(end)

    def _cut(self, end: int) -> None:
        if end < self._size:
            self._store[end : self._size] = np.nan
            self._size = end
            self._changed(end)

    def add(
        self,
        first: int,
        losses: Sequence[float] | Array,
        named: Named = (),
        *,
        known: bool = False,
    ) -> None:
        """Add losses from iteration ``first`` on.

        ``known``: whether a named one that is NaN takes the place of a number. Where the session
        goes on after the cursor, it is only not reached yet.
        """
        last = first + len(losses)
        found = dict(named)
        for name in {**self.named, **found} if last > first else ():
            values = np.asarray(found.get(name, np.full(len(losses), np.nan)), np.float64)
            mine = self.named.setdefault(name, Losses())
            if not known:
                old = np.full(len(values), np.nan)
                there = mine.values[first:last]
                old[: len(there)] = there
                values = np.where(np.isnan(values), old, values)
            mine.add(first, values)
        while last > len(self._store):
            self._store = np.concatenate([self._store, np.full(len(self._store), np.nan)])
        if last > first:
            old, new = self._store[first:last], np.asarray(losses, np.float64)
            other = np.flatnonzero((old != new) & ~(np.isnan(old) & np.isnan(new)))
            self._changed(first + int(other[0]) if len(other) else last)
            self._store[first:last] = new
            self._size = max(self._size, last)

    @classmethod
    def read(cls, data: bytes, first: int = 0, named: Mapping[str, bytes] | None = None) -> Losses:
        """The losses in bytes that ``written`` returned, from iteration ``first`` on.

        ``named``: what ``written_named`` returned.
        """
        losses = cls()
        if data:
            known = np.frombuffer(data, dtype="<f8").astype(np.float64)
            losses._store = np.concatenate([np.full(first, np.nan), known])
            losses._size = len(losses._store)
        for name, content in (named or {}).items():
            losses.named[name] = cls.read(content, losses._size - len(content) // 8)
        return losses

    def written(self, last: int | None = None) -> tuple[bytes, int]:
        """The last ``WRITTEN`` as bytes (float64, little-endian), and the first one's iteration.

        ``last``: those up to this iteration, where later ones are known already.
        """
        end = self._end(last)
        first = max(0, end - WRITTEN)
        return np.asarray(self.values[first:end], "<f8").tobytes(), first

    def written_named(self, last: int | None = None) -> dict[str, bytes]:
        """Those that have names, as ``written``: together no more, up to the same iteration."""
        end = self._end(last)
        first = max(0, end - WRITTEN // max(1, len(self.named)))
        found = self.between(first, end).named
        return {name: np.asarray(values, "<f8").tobytes() for name, values in found}

    def _end(self, last: int | None) -> int:
        return self._size if last is None else min(self._size, last + 1)

    def copy(self) -> Losses:
        """The same ones in a new object, to be put back later."""
        other = Losses()
        other._store, other._size = self._store.copy(), self._size
        other.named = {name: losses.copy() for name, losses in self.named.items()}
        return other

    def put(self, other: Losses) -> None:
        """Replace the losses by those of another object."""
        self._store, self._size, self.named = other._store, other._size, other.named
        self._changed(0)

    def between(self, first: int, last: int) -> Taken:
        """Those of iterations ``first`` to before ``last``, each known or NaN."""
        count = len(self.values[first:last])
        named = []
        for name, losses in self.named.items():
            values = np.full(count, np.nan)
            there = losses.values[first:last][:count]
            values[: len(there)] = there
            named.append((name, values))
        return Taken(first, self.values[first:last].copy(), tuple(named))

    @property
    def values(self) -> Array:
        """All of them, read-only; NaN where none is known."""
        view = self._store[: self._size]
        view.flags.writeable = False
        return view


def chart(values: Array, cols: int, rows: int, *, log: bool = False) -> list[list[int]]:
    """Heights for a chart of ``cols`` × ``rows`` cells, in eighths of a cell.

    ``values`` are cut into ``cols`` pieces, each shown by its mean; the lowest finite mean is one
    eighth high, the highest fills the height. A piece with nothing finite is 0 high. Returns for
    each row, from the top, ``cols`` numbers from 0 to 8.
    """
    return plot(values, cols, rows, log=log)[0]


def plot(
    values: Array, cols: int, rows: int, *, log: bool = False
) -> tuple[list[list[int]], tuple[float, float] | None]:
    """The heights of ``chart``, and the lowest and the highest mean; ``None``: none is known."""
    if cols <= 0 or rows <= 0:
        return [], None
    means = _means(values, cols)
    shown = means
    if log:
        with np.errstate(divide="ignore", invalid="ignore"):
            shown = np.log10(np.where(means > 0, means, np.nan))
    known = np.isfinite(shown)
    heights = np.zeros(cols, dtype=int)
    ends = None
    if known.any():
        low, high = shown[known].min(), shown[known].max()
        share = (shown[known] - low) / (high - low) if high > low else np.full(known.sum(), 0.5)
        heights[known] = 1 + np.round(share * (rows * 8 - 1)).astype(int)
        ends = float(means[known].min()), float(means[known].max())
    lines = [[int(h) for h in np.clip(heights - 8 * row, 0, 8)] for row in reversed(range(rows))]
    return lines, ends


def _means(values: Array, cols: int) -> Array:
    """The mean of each of ``cols`` pieces; fewer values than columns are at the left."""
    means = np.full(cols, np.nan)
    pieces = min(cols, len(values))
    edges = np.linspace(0, len(values), pieces + 1).astype(int)
    for i in range(pieces):
        piece = values[edges[i] : edges[i + 1]]
        finite = piece[np.isfinite(piece)]
        if len(finite):
            means[i] = finite.mean()
    return means
