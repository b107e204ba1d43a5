"""How often a run makes a frame: whenever one is asked for, while that costs little of its time."""

from __future__ import annotations

SHARE = 0.08
"""The part of a run's time that its frames may take."""
LONGEST = 0.2
"""Seconds after a frame within which the next one may come, whatever it costs."""


class FramePace:
    """Times are in seconds, by a clock that never goes back.

    A frame costs its own making and sending, and what its iteration, which is recorded, takes
    longer than one that is not.
    """

    def __init__(self) -> None:
        self._due = 0.0
        self._plain = 0.0

    def passed(self, count: int, seconds: float) -> None:
        """So many iterations without a frame took so long."""
        self._plain = seconds / max(count, 1)

    def due(self, now: float) -> bool:
        """Whether another frame may be made."""
        return now >= self._due

    def sent(self, began: float, now: float) -> None:
        """A frame has been sent whose iteration began then."""
        cost = max(now - began - self._plain, 0.0)
        self._due = min(began + cost / SHARE, now + LONGEST)
