"""How long an engine that was asked for something may be silent, and what is said then."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from lenet_tui.protocol import messages
from lenet_tui.protocol.position import SEARCHING, Position

SILENCE = 1.0
"""Seconds without a report from an engine at work before it counts as hung."""
SEARCH = 3.0
"""The same for one that searches history, and reports that less often."""
FIRST_REPORT = 10.0
"""The same for a process that has not reported yet: where it is spawned, it starts slowly."""

_ASKING = (messages.Start, messages.DoMove, messages.RunFree, messages.Asked)
_ANSWERS = (messages.Ready, messages.Failed, messages.Moved, messages.Answered)


class Patience:
    """Knows what is unanswered, and since when nothing has been heard. Of any thread's use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unanswered = 0
        self._last_heard = time.monotonic()
        self._patience = FIRST_REPORT
        self._last = messages.Busy(Position(), -1, "", 0.0)
        self._moving = False

    def sent(self, command: messages.Command) -> None:
        """Something is asked for, perhaps."""
        if isinstance(command, _ASKING):
            with self._lock:
                if not self._unanswered:
                    self._last_heard = max(self._last_heard, time.monotonic())
                self._unanswered += 1
                self._moving = isinstance(command, (messages.DoMove, messages.RunFree))

    def begin(self) -> None:
        """The time begins: nothing could have been heard before."""
        with self._lock:
            self._last_heard = time.monotonic()

    def heard(self, report: messages.Report) -> None:
        """A report has come."""
        with self._lock:
            self._last_heard = time.monotonic()
            searches = isinstance(report, messages.Busy) and report.what == SEARCHING
            if isinstance(report, (messages.Busy, *_ANSWERS)) or self._patience == FIRST_REPORT:
                self._patience = SEARCH if searches else SILENCE
            if isinstance(report, messages.Busy):
                self._last = report
            elif isinstance(report, _ANSWERS):
                self._unanswered = max(self._unanswered - 1, 0)
                if isinstance(report, messages.Moved):
                    frame = report.frame
                    at = frame.position
                    if at.op is None:  # what is asked for next is the phase next in turn
                        at = replace(at, phase=frame.next_phase)
                    self._last = messages.Busy(at, len(frame.segments) - 1, "", 0.0)

    def over(self) -> messages.Busy | None:
        """What to say of an engine that has been silent for too long; ``None``: it has not."""
        with self._lock:
            seconds = time.monotonic() - self._last_heard
            if not self._unanswered or seconds <= self._patience:
                return None
            at = self._last
            position = at.position if self._moving else replace(at.position, phase="")
            return messages.Busy(position, at.segment, at.what, seconds, silent=True)
