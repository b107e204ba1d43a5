"""Reports from a thread of its own that a command takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from lenet_tui.process.engine.pipe import PipeClosed
from lenet_tui.protocol.messages import Busy, Report
from lenet_tui.protocol.session_api import Progress

PATIENCE = 0.5
"""Seconds that a command may take before anything is reported."""
INTERVAL = 0.25


class Watchdog:
    """Sends ``Busy`` each ``INTERVAL`` while a command has been under way for ``PATIENCE``."""

    def __init__(self, send: Callable[[Report], None]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._working = threading.Event()
        self._began = 0.0
        self._progress: Callable[[], Progress] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def begin(self, progress: Callable[[], Progress]) -> None:
        """A command begins; ``progress`` returns where it is."""
        with self._lock:
            self._began, self._progress = time.monotonic(), progress
        self._working.set()

    def lives(self) -> None:
        """The command makes progress: the patience starts again."""
        self._began = time.monotonic()

    def end(self) -> None:
        """The command is over: it is reported no longer."""
        self._working.clear()
        with self._lock:
            self._progress = None

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._working.set()
        self._thread.join(2 * INTERVAL)

    def _watch(self) -> None:
        while self._working.wait() and not self._closed:
            time.sleep(INTERVAL)
            with self._lock:
                if self._progress and time.monotonic() - self._began >= PATIENCE:
                    try:
                        self._send(self._busy(self._progress()))
                    except PipeClosed:
                        return

    def _busy(self, at: Progress) -> Busy:
        seconds = time.monotonic() - max(at.since, self._began)
        return Busy(at.position, at.segment, at.what, seconds, after=at.after)
