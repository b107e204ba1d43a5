"""Which keyframes a history stores, so that it stays within its memory budget."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

FIRST_SPACING = 32


@dataclass(slots=True)
class KeyframeIndex:
    """The iterations that have a keyframe, and their sizes in bytes.

    A keyframe is due each ``spacing`` iterations; when ``budget`` bytes are full, the spacing
    doubles and every second keyframe is evicted. Iteration 0 always stays.
    """

    budget: int
    spacing: int = FIRST_SPACING
    sizes: dict[int, int] = field(default_factory=dict)

    def due(self, iteration: int) -> bool:
        """Whether a keyframe of ``iteration`` (just finished) should be stored and is not yet."""
        return iteration % self.spacing == 0 and iteration not in self.sizes

    def add(self, iteration: int, size: int, others: int = 0) -> list[int]:
        """Note a keyframe of ``size`` bytes; returns the iterations whose keyframes are evicted.

        ``others``: bytes of the budget that are taken otherwise.
        """
        self.sizes[iteration] = size
        evicted: list[int] = []
        while self.used + others > self.budget and len(self.sizes) > 1:
            self.spacing *= 2
            thin = [i for i in self.sizes if i % self.spacing]
            evicted += thin
            for i in thin:
                del self.sizes[i]
        return evicted

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
