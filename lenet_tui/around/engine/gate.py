"""Where the script waits while it is looked at: its thread on one side, the session's on the other.

The script stands still in its own thread, in the call that ended the iteration; so Ctrl-C and
every other signal reach it as ever.
"""

from __future__ import annotations

import threading

from lenet_tui.around.engine.glance import Glance
from lenet_tui.around.stop import Stop


class Gate:
    """``asked``: an iteration that is over soon is to be recorded and the script to stop then.

    ``ended``: no iteration comes any more, as the script ended after ``updates``, ``raised``: by an
    exception, in one line. ``left``: nobody looks any longer. ``glance``: how far the script is
    while it runs on.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stop: Stop | None = None
        self._standing = False
        self.asked = self.ended = self.left = False
        self.updates = 0
        self.raised = ""
        self.glance = Glance()

    # The script's thread

    def arrive(self) -> None:
        """The script stands here from now on; everything is ready to be looked at."""
        with self._changed:
            self._standing, self._stop, self.asked = True, None, False
            self._changed.notify_all()

    def wait(self) -> Stop | None:
        """Wait until the script may go on; returns its next stop, ``None``: there is none."""
        with self._changed:
            try:
                while self._stop is None and not self.left:
                    self._changed.wait()
                return self._stop
            finally:
                self._standing = False

    def end(self, updates: int) -> None:
        """No iteration will come any more, after so many updates."""
        with self._changed:
            self.ended, self.updates = True, updates
            self._changed.notify_all()

    # The session's thread

    def go_on(self, stop: Stop) -> None:
        """Let the script go on to a stop."""
        with self._changed:
            self._standing, self._stop = False, stop
            self._changed.notify_all()

    def leave(self) -> bool:
        """Let the script go on to its end; whether it stood here."""
        with self._changed:
            self.left = True
            self._changed.notify_all()
            return self._standing

    def stands(self, seconds: float) -> bool:
        """Wait so long at most; whether the script stands still, or has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._standing or self.ended, seconds)
            return self._standing or self.ended
