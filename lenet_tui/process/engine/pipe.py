"""The engine's end of the pipe: commands in, reports out."""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from multiprocessing.connection import Connection
from typing import Protocol

from lenet_tui.process import blobs
from lenet_tui.protocol.blob import LARGE, SHARING, Blob, Piece, SharedBlob, length, shared
from lenet_tui.protocol.messages import (
    Asked,
    Close,
    Command,
    EvictedKeyframes,
    FrameAcknowledged,
    Keyframe,
    Pause,
    Report,
    RequestKeyframe,
    Subscription,
)
from lenet_tui.protocol.sent_rows import SentRows
from lenet_tui.protocol.session_api import KeyframeStore

POLL_INTERVAL = 0.005
"""Seconds between two polls of the pipe during a run: an iteration may take less than 1 ms."""

MOST_SHARED = 400
"""Keyframes in shared memory, each with a descriptor in both processes."""


def copied(pieces: Sequence[Piece], stored: Mapping[int, Blob]) -> Blob:
    """The pieces in shared memory, if they are worth a descriptor there, or else joined.

    ``stored``: the keyframes that are there; what the first has too is not copied.
    """
    if SHARING and length(pieces) >= LARGE and len(stored) < MOST_SHARED:
        with contextlib.suppress(OSError):
            return shared(pieces, stored.get(0))
    return b"".join(pieces)


class PipeClosed(BaseException):
    """The other end is closed. No code may swallow this."""


class EngineEnd(KeyframeStore, Protocol):
    """What the server needs: ``Pipe`` describes each method. It is the session's store too."""

    acknowledged: bool

    @property
    def stop_wanted(self) -> bool: ...

    def send(self, report: Report) -> None: ...

    def next(self) -> Command: ...

    def poll(self) -> None: ...

    def take_subscription(self) -> Subscription | None: ...

    def take_asked(self) -> Sequence[Asked]: ...


class Pipe:
    """Sends from any thread; receives on the main one, which may read ahead of its turn.

    It is the session's ``KeyframeStore``.
    ``acknowledged``: whether the screen has acknowledged the last frame.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._inbox: deque[Command] = deque()
        self._polled = 0.0
        self._shared: dict[int, SharedBlob] = {}
        self._rows = SentRows()
        self.acknowledged = True

    def send(self, report: Report) -> None:
        try:
            with self._sending:
                if isinstance(report, Keyframe):
                    blobs.send(self._connection, report)
                else:
                    self._connection.send(self._rows.lean(report))
        except OSError:
            raise PipeClosed from None

    def next(self) -> Command:
        """The next command in its turn; waits for it. Of several subscriptions the last counts."""
        while not self._inbox:
            self._receive()
        command = self._inbox.popleft()
        while (
            isinstance(command, Subscription)
            and self._inbox
            and isinstance(self._inbox[0], Subscription)
        ):
            command = self._inbox.popleft()
        return command

    def poll(self) -> None:
        """Receive what has come, without waiting, if the last poll was some time ago."""
        now = time.monotonic()
        if now - self._polled < POLL_INTERVAL:
            return
        self._polled = now
        while self._ready():
            self._receive()

    @cached_property
    def _ready(self) -> Callable[[], object]:
        """What says whether something can be received, at less cost than the connection's own
        ``poll``, which makes a selector each time.
        """
        if not hasattr(select, "poll"):
            return self._connection.poll
        waiting = select.poll()
        waiting.register(self._connection.fileno(), select.POLLIN)
        return lambda: waiting.poll(0)

    def take_subscription(self) -> Subscription | None:
        """Remove all waiting subscriptions, out of their turn, and return the last one."""
        if not self._inbox:  # asked after each iteration
            return None
        subscriptions = [c for c in self._inbox if isinstance(c, Subscription)]
        if not subscriptions:
            return None
        self._inbox = deque(c for c in self._inbox if not isinstance(c, Subscription))
        return subscriptions[-1]

    def take_asked(self) -> Sequence[Asked]:
        """Remove the waiting requests that may be answered in a run, out of their turn."""
        if not self._inbox:
            return ()
        asked = [c for c in self._inbox if isinstance(c, Asked) and c.request.in_runs]
        if asked:
            self._inbox = deque(c for c in self._inbox if c not in asked)
        return asked

    @property
    def stop_wanted(self) -> bool:
        """Whether a command that ends a run is waiting."""
        return bool(self._inbox) and any(isinstance(c, (Pause, Close)) for c in self._inbox)

    # Keyframes are stored at the other end of the pipe.

    def put(self, iteration: int, pieces: Sequence[Piece]) -> Blob:
        blob = self._copied(pieces)
        if isinstance(blob, SharedBlob):
            self._shared[iteration] = blob
        self.send(Keyframe(iteration, blob))
        return blob

    def _copied(self, pieces: Sequence[Piece]) -> Blob:
        return copied(pieces, self._shared)

    def drop(self, iterations: Sequence[int]) -> None:
        if iterations:
            for iteration in iterations:
                self._shared.pop(iteration, None)
            self.send(EvictedKeyframes(tuple(iterations)))

    def get(self, iteration: int) -> Blob:
        """A stored keyframe. If another engine stored it, it is requested and waited for; other
        commands wait in their turn.
        """
        if iteration in self._shared:
            return self._shared[iteration]
        self.send(RequestKeyframe(iteration))
        while True:
            command = self._receive()
            if isinstance(command, Keyframe) and command.iteration == iteration:
                self._inbox.remove(command)
                if isinstance(command.blob, SharedBlob):
                    self._shared[iteration] = command.blob
                return command.blob

    def _receive(self) -> Command:
        try:
            command: Command = self._connection.recv()
            if isinstance(command, Keyframe):
                command = blobs.receive(self._connection, command)
        except (EOFError, OSError):
            raise PipeClosed from None
        if isinstance(command, FrameAcknowledged):
            self.acknowledged = True
        else:
            self._inbox.append(command)
        return command
