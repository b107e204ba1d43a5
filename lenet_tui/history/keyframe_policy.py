"""Which keyframes a history stores, so that it stays within its memory budget."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

FIRST_SPACING = 32
LATEST = 2
"""The last keyframes stay whatever the spacing is, as long as the budget has room for them."""


@dataclass(slots=True)
class KeyframeIndex:
    """The iterations that have a keyframe, and their sizes in bytes.

    A keyframe is due each ``FIRST_SPACING`` iterations. When ``budget`` bytes are full, all but the
    latest are thinned: ``spacing`` doubles and every second one is evicted. Iteration 0 and one
    more always stay, even where they alone take more than the budget.
    ``halfway``: an iteration passed on a long way to one gone back to, where those before that one
    will start from; it has a keyframe until another takes its place.
    """

    budget: int
    spacing: int = FIRST_SPACING
    sizes: dict[int, int] = field(default_factory=dict)
    halfway: int = -1

    def due(self, iteration: int) -> bool:
        """Whether a keyframe of ``iteration`` (just finished) should be stored and is not yet."""
        return self.planned(iteration) and iteration not in self.sizes

    def planned(self, iteration: int) -> bool:
        """Whether a keyframe of ``iteration`` should be stored, or has been."""
        return iteration % FIRST_SPACING == 0 or iteration == self.halfway

    def add(self, iteration: int, size: int, others: int = 0) -> list[int]:
        """Note a keyframe of ``size`` bytes; returns the iterations whose keyframes are evicted.

        ``others``: bytes of the budget that are taken otherwise.
        """
        self.sizes[iteration] = size
        return self.fit(others)

    def fit(self, others: int = 0) -> list[int]:
        """Evict what is in no even step or does not fit; returns the iterations."""
        if self.spacing == FIRST_SPACING and self.halfway < 0 and self.used + others <= self.budget:
            return []  # as it is in most runs; there may be thousands
        own = [self.halfway] if self.halfway in self.sizes else []
        latest = sorted(self.sizes.keys() - {0, *own})[-LATEST:]
        stay = [i for i in self.sizes if i in (*latest, *own)]  # as they were added
        evicted = self._thin(stay)
        while self.used + others > self.budget:
            if self.sizes.keys() - {0, *stay}:
                self.spacing *= 2
                evicted += self._thin(stay)
            elif len(stay) > 1:
                evicted.append(stay.pop(0))
                del self.sizes[evicted[-1]]
            else:
                break
        return evicted

    def _thin(self, stay: list[int]) -> list[int]:
        thin = [i for i in self.sizes if i % self.spacing and i not in stay]
        for i in thin:
            del self.sizes[i]
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
        return evicted

    @property
    def used(self) -> int:
        """Bytes that the keyframes take."""
        return sum(self.sizes.values())
