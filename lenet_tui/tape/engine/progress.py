"""Where torch is, to be read by another thread."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from lenet_tui.protocol.phases import INIT
from lenet_tui.protocol.position import Position


@dataclass(slots=True)
class RecorderProgress:
    """Where torch is, to be read by another thread: plain attributes, cheap to set.

    ``done`` ops of ``phase``, which is segment number ``segment``; ``index`` entries before it.
    """

    iteration: int = 0
    phase: str = INIT.name
    segment: int = 0
    index: int = 0
    done: int = 0
    what: str = ""
    after: str = ""
    since: float = field(default_factory=time.monotonic)

    @property
    def position(self) -> Position:
        """The last op that was finished."""
        return Position(self.iteration, self.phase, self.done or None, self.index + self.done)

    def begins(self, iteration: int, phase: str, segment: int, index: int) -> None:
        """A phase begins, as segment number ``segment`` after ``index`` entries."""
        self.iteration, self.phase = iteration, phase
        self.segment, self.index = segment, index
        self.passed(0, "")
        self.enters(phase)

    def enters(self, what: str) -> None:
        """The op ``what`` begins."""
        self.what = what
        self.since = time.monotonic()

    def passed(self, done: int, what: str) -> None:
        """``done`` ops of the phase are finished, ``what`` the last of them."""
        self.done = done
        self.what, self.after = "", what
        self.since = time.monotonic()


class Unwatched(RecorderProgress):
    """Of an iteration that nobody waits for op by op: only its phases are noted."""

    def enters(self, what: str) -> None:
        """The op is not noted."""

    def passed(self, done: int, what: str) -> None:
        """The op is not noted."""
