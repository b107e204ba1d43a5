"""A curve's numbers, and what of them each column of a picture shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
BLOCK = 256
"""Iterations whose least, most and mean are kept, so that a picture of millions is cheap."""
FINE = 8
"""Blocks in a column from which its edges may be those of blocks."""


@dataclass(frozen=True, slots=True)
class Window:
    """The iterations that are seen: ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """For each of some columns: least, mean and most of its finite numbers; NaN where it has none.

    ``broken``: whether a column has a NaN or an infinity where a number was computed.
    """

    low: Array
    mean: Array
    high: Array
    broken: npt.NDArray[np.bool_]


class Dense:
    """A number for each iteration, from 1; ``values[0]`` is unused. It may grow or be cut off.

    What has been reduced is kept by blocks: a look costs as much as there are columns and blocks.
    """

    def __init__(self) -> None:
        self.values: Array = np.full(1, np.nan)
        self._blocks: Array = np.empty((64, 5))
        """Of each whole block: least, sum, count, most, and whether one is infinite."""
        self._known = 0

    def take(self, values: Array) -> None:
        """Show these instead: as a rule the same ones and some more, or without the last."""
        same = min(len(values), len(self.values)) // BLOCK * BLOCK
        new, old = values[BLOCK - 1 : same : BLOCK], self.values[BLOCK - 1 : same : BLOCK]
        changed = np.flatnonzero((new != old) & ~(np.isnan(new) & np.isnan(old)))
        first = int(changed[0]) if len(changed) else same // BLOCK
        self._known = min(self._known, first)
        self.values = values

    def columns(self, window: Window, count: int) -> Columns:
        """``count`` columns of the window's iterations; several of one where there are fewer."""
        edges = np.floor(np.linspace(window.first, window.last + 1, count + 1)).astype(np.int64)
        edges = np.clip(edges, 0, len(self.values))
        first, last = (
            edges[:-1],
            np.maximum(edges[1:], np.minimum(edges[:-1] + 1, len(self.values))),
        )
        if window.length > FINE * BLOCK * count:
            first, last = first // BLOCK, last // BLOCK
            return self._coarse(first, last)
        values = self.values[first[0] : last[-1]] if count else self.values[:0]
        finite = np.isfinite(values)
        parts = _Parts(
            np.where(finite, values, np.inf),
            np.where(finite, values, 0.0),
            finite.astype(np.float64),
            np.where(finite, values, -np.inf),
            np.isinf(values).astype(np.float64),
        )
        return parts.reduced(first - first[0], last - first[0])

    def _coarse(self, first: Places, last: Places) -> Columns:
        blocks = len(self.values) // BLOCK
        if blocks > len(self._blocks):
            self._blocks = np.concatenate([self._blocks, np.empty((blocks, 5))])
        if blocks > self._known:
            new = self.values[self._known * BLOCK : blocks * BLOCK].reshape(-1, BLOCK)
            finite = np.isfinite(new)
            self._blocks[self._known : blocks, 0] = np.where(finite, new, np.inf).min(axis=1)
            self._blocks[self._known : blocks, 1] = np.where(finite, new, 0.0).sum(axis=1)
            self._blocks[self._known : blocks, 2] = finite.sum(axis=1)
            self._blocks[self._known : blocks, 3] = np.where(finite, new, -np.inf).max(axis=1)
            self._blocks[self._known : blocks, 4] = np.isinf(new).any(axis=1)
            self._known = blocks
        parts = _Parts(*self._blocks[:blocks].T)
        return parts.reduced(np.minimum(first, blocks), np.minimum(last, blocks))


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Numbers of iterations or of blocks, in order; ``broken`` is 1 where one is infinite."""

    low: Array
    total: Array
    count: Array
    high: Array
    broken: Array

    def reduced(self, first: Places, last: Places) -> Columns:
        """Each column's numbers, of the parts ``first`` to ``last`` (excluded)."""

        def over(of: np.ufunc, values: Array, nothing: float) -> Array:
            padded = np.append(values, nothing)
            pairs = np.stack([first, np.maximum(last, first)], axis=1).reshape(-1)
            made: Array = of.reduceat(padded, np.minimum(pairs, len(values)))[::2]
            return np.where(last > first, made, nothing)

        with np.errstate(invalid="ignore", divide="ignore"):
            counts = over(np.add, self.count, 0.0)
            known = counts > 0
            mean = np.where(known, over(np.add, self.total, 0.0) / counts, np.nan)
            least = np.where(known, over(np.minimum, self.low, np.inf), np.nan)
            most = np.where(known, over(np.maximum, self.high, -np.inf), np.nan)
            broken = over(np.maximum, self.broken, 0.0) > 0
        return Columns(least, mean, most, broken)
