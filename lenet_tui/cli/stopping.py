"""What ends a training without a screen early, and leaves it the time to write its checkpoint."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any

from lenet_tui.cli import streams

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
"""By which a person, a batch system and a lost connection end a program."""
HURRY = 1.0
"""Seconds after which the same signal again ends it at once. ``timeout`` sends each one twice."""


class Stops:
    """As a context: the first signal of these calls ``stop``, and ends nothing by itself.

    ``stop`` is called by a signal handler, at any point of the program. A signal that is ignored
    from outside, as by ``nohup``, stays ignored. A connection is lost once, however often that is
    signalled.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._before: dict[int, Any] = {}
        self._at = 0.0
        self.number = 0
        """The first signal that came; 0: none."""
        self.gone: OSError | None = None
        """What writing raised, where nobody is left to read; ``None``: nothing did."""

    def __enter__(self) -> Stops:
        if threading.current_thread() is threading.main_thread():  # no other hears signals
            for name in SIGNALS:
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._came)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def __bool__(self) -> bool:
        """Whether the training is to end early."""
        return bool(self.number or self.gone)

    def _came(self, number: int, frame: FrameType | None) -> None:
        if not self.number:
            self.number, self._at = number, time.monotonic()
            self._stop()
        elif number != getattr(signal, "SIGHUP", 0) and time.monotonic() - self._at > HURRY:
            signal.signal(number, self._before[number])
            os.kill(os.getpid(), number)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Inside, nobody may be left to read what is written: that stops the training as well."""
        try:
            yield
        except OSError as error:
            self.gone = self.gone or error
            streams.leave_gone()
            self._stop()
