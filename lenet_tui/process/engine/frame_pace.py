"""How often a run's frames are sent."""

from __future__ import annotations

FRAME_INTERVAL = 1 / 30
"""Seconds between two frames of a run, on the average at least."""


class FramePace:
    """Says when a run's next frame is due. Times are seconds of one clock.

    A frame waits for an iteration to end. One that is late by less than an interval does not put
    off those after it: else there would be fewer than thirty a second.
    """

    def __init__(self) -> None:
        self._due = 0.0

    def is_due(self, now: float) -> bool:
        """Whether a frame may be sent."""
        return now >= self._due

    def sent(self, now: float) -> None:
        """A frame is being sent."""
        self._due = max(self._due + FRAME_INTERVAL, now)
