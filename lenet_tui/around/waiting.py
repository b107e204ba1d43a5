"""Says now and then how far a script is that has not come to its stop yet.

Each time it is a line of its own: one that is written over would mix with what the script writes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from lenet_tui.around.stop import Stop
from lenet_tui.text.notice import Notice, notice

FIRST, LONGEST = 2.0, 60.0
"""Seconds to the first line, and the most between two: each time twice as long."""


class Waiting:
    """``say``: a line for a person, who is there to read it. Nothing is said before ``begins``."""

    def __init__(self, stop: Stop, say: Callable[[Notice], None]) -> None:
        self._stop, self._say = stop, say
        self._pause = FIRST
        self._next = float("inf")

    def begins(self) -> None:
        """The script has begun to use torch."""
        self._next = time.monotonic() + self._pause
        if self._stop.at > 1:
            self._say(notice("around:waits", at=self._stop.at))
        elif not self._stop.at:
            self._say(notice("around:waits-when", when=str(self._stop)))

    def passed(self, updates: int) -> None:
        """So many updates have been made."""
        now = time.monotonic()
        if now < self._next:
            return
        self._pause = min(2 * self._pause, LONGEST)
        self._next = now + self._pause
        if self._stop.at:
            self._say(notice("around:waiting", n=updates, at=self._stop.at))
        else:
            self._say(notice("around:waiting-when", n=updates, when=str(self._stop)))
