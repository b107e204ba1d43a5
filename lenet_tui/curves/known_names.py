"""What is known of a loss by its name, at the cost of what is new since the last look."""

from __future__ import annotations

import numpy as np

from lenet_tui.protocol.loss_series import Losses


class KnownName:
    """One of several losses, ``losses``, beside that of the ``whole`` step."""

    def __init__(self, whole: Losses, losses: Losses) -> None:
        self.losses, self._whole = losses, whole
        self._seen = losses.watch(), whole.watch()
        self._first = self._other = 0

    def first(self, last: int) -> int:
        """The first iteration up to ``last`` of which it is known; 0: of none."""
        self._look()
        return self._first if self._first <= last else 0

    def same(self, last: int) -> bool:
        """Whether it is the loss of the step, wherever that is known up to iteration ``last``."""
        self._look()
        return not 0 < self._other <= last

    def _look(self) -> None:
        """Bring ``_first`` and ``_other``, the first iteration where they differ, up to date."""
        mine, whole = self.losses.values, self._whole.values
        start = min(seen.upto for seen in self._seen)
        self._first = self._first if self._first < start else 0
        self._other = self._other if self._other < start else 0
        if not self._first:
            known = np.flatnonzero(~np.isnan(mine[start:]))
            self._first = start + int(known[0]) if len(known) else 0
        if not self._other:
            one, other = whole[start:], np.full(max(len(whole) - start, 0), np.nan)
            there = mine[start : len(whole)]
            other[: len(there)] = there
            differ = np.flatnonzero(~np.isnan(one) & (one != other))
            self._other = start + int(differ[0]) if len(differ) else 0
        for seen, values in zip(self._seen, (mine, whole), strict=True):
            seen.upto = len(values)
