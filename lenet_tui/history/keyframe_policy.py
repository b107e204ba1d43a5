"""Which keyframes a history stores, so that it stays within its memory budget."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from heapq import nlargest

FIRST_SPACING = 32
LATEST = 2
"""The last keyframes stay whatever the spacing is, as long as the budget has room for them."""


class KeyframeIndex:
    """The iterations that have a keyframe, and their ``sizes`` in bytes; ``used``: of all together.

    A keyframe is due each ``FIRST_SPACING`` iterations. When ``budget`` bytes are full, all but the
    latest are thinned: ``spacing`` doubles and every second one is evicted. Iteration 0 and one
    more always stay, even where they alone take more than the budget.
    There may be thousands: to add one takes the same time, however many there are.
    """

    def __init__(
        self, budget: int, spacing: int = FIRST_SPACING, sizes: Mapping[int, int] | None = None
    ) -> None:
        self.budget, self.spacing = budget, spacing
        self.sizes = dict(sizes or {})
        self._halfway = -1
        self._look()

    def copy(self) -> KeyframeIndex:
        """The same, which goes its own way."""
        return KeyframeIndex(self.budget, self.spacing, self.sizes)

    def _look(self) -> None:
        """Look through all of them."""
        self.used = sum(self.sizes.values())
        self._odd = {i for i in self.sizes if i % self.spacing}
        self._latest = nlargest(LATEST, self.sizes.keys() - {0, self._halfway})

    @property
    def halfway(self) -> int:
        """An iteration passed on a long way to one gone back to; −1: none.

        Those before that one will start from there: it has a keyframe until another takes its
        place.
        """
        return self._halfway

    @halfway.setter
    def halfway(self, iteration: int) -> None:
        self._halfway = iteration
        self._look()

    def due(self, iteration: int) -> bool:
        """Whether a keyframe of ``iteration`` (just finished) should be stored and is not yet."""
        return self.planned(iteration) and iteration not in self.sizes

    def planned(self, iteration: int) -> bool:
        """Whether a keyframe of ``iteration`` should be stored, or has been."""
        return iteration % FIRST_SPACING == 0 or iteration == self._halfway

    def add(self, iteration: int, size: int, others: int = 0) -> list[int]:
        """Note a keyframe of ``size`` bytes; returns the iterations whose keyframes are evicted.

        ``others``: bytes of the budget that are taken otherwise.
        """
        self.used += size - self.sizes.get(iteration, 0)
        self.sizes[iteration] = size
        if iteration % self.spacing:
            self._odd.add(iteration)
        if iteration not in (0, self._halfway, *self._latest):
            self._latest = nlargest(LATEST, [*self._latest, iteration])
        return self.fit(others)

    def fit(self, others: int = 0) -> list[int]:
        """Evict what is in no even step or does not fit; returns the iterations."""
        evicted = self._thin()
        if self.used + others <= self.budget:
            return evicted
        stay = [i for i in self.sizes if i in (*self._latest, self._halfway)]  # as they were added
        while self.used + others > self.budget:
            if self.sizes.keys() - {0, *stay}:
                self.spacing *= 2
                self._look()
                evicted += self._thin()
            elif len(stay) > 1:
                evicted.append(stay.pop(0))
                self.used -= self.sizes.pop(evicted[-1])
            else:
                break
        self._look()
        return evicted

    def _thin(self) -> list[int]:
        thin = sorted(self._odd.difference(self._latest, [self._halfway]))
        for i in thin:
            self.used -= self.sizes.pop(i)
        self._odd.difference_update(thin)
        return thin

    def nearest(self, iteration: int) -> int:
        """The last iteration up to ``iteration`` that has a keyframe."""
        stored = sorted(self.sizes)
        return stored[bisect_right(stored, iteration) - 1]

    def drop_after(self, iteration: int) -> list[int]:
        """Evict the keyframes of later iterations; returns their iterations."""
        evicted = [i for i in self.sizes if i > iteration]
        for i in evicted:
            del self.sizes[i]
        self._look()
        return evicted
