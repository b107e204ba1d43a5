"""One screen at its line: what it sends is read on a thread, what it gets is written on another."""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from lenet_tui.attach.wire import Foreign, receive
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import Report, Subscription
from lenet_tui.protocol.sent_rows import SentRows

MOST_WAITING = 5000
"""Reports that wait for a screen which does not read, until its line is cut."""
LAST = 2.0
"""Seconds for what is still to be sent to a screen when its line is closed."""


class Seat:
    """A screen's place. ``own``: it is the host's child, on a terminal that it was lent.

    ``known``: the first iteration whose loss the screen may not have. ``left``: the
    person has left it.
    """

    def __init__(self, line: Connection, own: bool) -> None:
        self.own = own
        self.subscription = Subscription()
        self.started = False
        self.acknowledged = True
        self.known = 1
        self.left = False
        self.broke: Foreign | None = None
        self._line = line
        self._rows = SentRows()
        self._outbox: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="screen reports", daemon=True)

    def open(self, hear: Callable[[Seat, Any], None], lost: Callable[[Seat], None]) -> None:
        """Hand on each command by ``hear``, and at last call ``lost``, on a thread of its own."""
        self._writer.start()
        threading.Thread(
            target=self._read, args=(hear, lost), name="screen commands", daemon=True
        ).start()

    def send(self, report: Report) -> None:
        """Have a report sent, and do not wait for it."""
        if self._outbox.qsize() > MOST_WAITING:
            self.cut()
        self._outbox.put(report)

    def with_losses(self, frame: Frame, losses: Losses) -> Frame:
        """The frame, with all losses that this screen has not had."""
        first = min(frame.losses_from, self.known)
        last = frame.losses_from + len(frame.losses)
        self.known = last
        return losses.between(first, last).into(frame)

    def close(self) -> None:
        """Send what waits, and hang up."""
        self._outbox.put(None)
        self._writer.join(LAST)
        self.cut()

    def cut(self) -> None:
        """Hang up at once; the thread that reads finds the line ended."""
        with contextlib.suppress(OSError):
            _shut(self._line)

    def _read(self, hear: Callable[[Seat, Any], None], lost: Callable[[Seat], None]) -> None:
        try:
            while True:
                hear(self, receive(self._line))
        except Foreign as error:
            self.broke = error
        except (EOFError, OSError):
            pass
        self._outbox.put(None)
        self.cut()
        self._writer.join(LAST)
        self._line.close()
        lost(self)

    def _write(self) -> None:
        while (report := self._outbox.get()) is not None:
            try:
                self._line.send(self._rows.lean(report))
            except (OSError, ValueError):  # the reader meets the end too
                return


def _shut(line: Connection) -> None:
    """End the line in both directions; its descriptor stays, as another thread may read there."""
    with socket.socket(fileno=os.dup(line.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)
