"""Numbers of some iterations, in order, of which the later ones come in one by one."""

from __future__ import annotations

import numpy as np

from lenet_tui.curves.series import Array

MOST = 4096
"""Numbers that are kept: beyond it every second one goes."""


class Samples:
    """Iterations and their numbers, at most ``MOST``."""

    def __init__(self) -> None:
        self._places: Array = np.empty(64)
        self._values: Array = np.empty(64)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def x(self) -> Array:
        """The iterations, the first one first. Valid until something comes in or goes."""
        return self._places[: self._size]

    @property
    def y(self) -> Array:
        """Their numbers. Valid until something comes in or goes."""
        return self._values[: self._size]

    @property
    def first(self) -> int:
        """The first iteration; 0: there is none."""
        return int(self._places[0]) if self._size else 0

    def put(self, iteration: int, value: float) -> None:
        """Add a number, or have it in the place of the one that there was."""
        at = self._place(iteration)
        if at == self._size or self._places[at] != iteration:
            self._insert(at, iteration)
        self._values[at] = value
        if self._size > MOST:
            self._thin(at)

    def put_missing(self, iteration: int, value: float) -> None:
        """Add a number where there is none."""
        at = self._place(iteration)
        if at == self._size or self._places[at] != iteration:
            self.put(iteration, value)

    def drop_after(self, iteration: int) -> None:
        """Drop those of later iterations."""
        self._size = int(np.searchsorted(self.x, iteration, side="right"))

    def _place(self, iteration: int) -> int:
        if not self._size or self._places[self._size - 1] < iteration:
            return self._size
        return int(np.searchsorted(self.x, iteration))

    def _insert(self, at: int, iteration: int) -> None:
        if self._size == len(self._places):
            self._places = np.concatenate([self._places, np.empty(self._size)])
            self._values = np.concatenate([self._values, np.empty(self._size)])
        for kept in (self._places, self._values):
            kept[at + 1 : self._size + 1] = kept[at : self._size].copy()
        self._places[at] = iteration
        self._size += 1

    def _thin(self, at: int) -> None:
        """Drop every second one, but not that which has just come in."""
        kept = np.union1d(np.arange(0, self._size, 2), [at])
        self._size = len(kept)
        self._places[: len(kept)] = self._places[kept]
        self._values[: len(kept)] = self._values[kept]
