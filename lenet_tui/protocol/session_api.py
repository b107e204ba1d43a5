"""What the worker drives a session by, and what a session asks of the worker. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import (
    DoMove,
    Moved,
    Ready,
    Report,
    RunFree,
    Snapshot,
    Subscription,
)
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import Position
from lenet_tui.text.notice import Problem


class Progress(Protocol):
    """Where torch is; written by the session, read at any time by another thread.

    ``what``: the op under way, since ``time.monotonic()`` was ``since``; empty between two ops:
    then ``after`` is the one that had finished at that time.
    """

    segment: int
    what: str
    after: str
    since: float

    @property
    def position(self) -> Position: ...


class KeyframeStore(Protocol):
    """Keeps keyframes where the engine's death cannot take them."""

    def put(self, iteration: int, blob: bytes) -> None: ...

    def get(self, iteration: int) -> bytes: ...

    def drop(self, iterations: Sequence[int]) -> None: ...


class Hooks(Protocol):
    """What a session calls between the iterations of a long run; cheap."""

    def stop_wanted(self) -> bool:
        """Whether a ``Pause`` has come, or the end of everything."""

    def frame_wanted(self) -> bool:
        """Whether the screen has painted the last frame, so that a new one may be sent."""

    def send(self, report: Report) -> None:
        """Say something outside the answer to a command."""


class MoveRejected(Problem):
    """A move that cannot be made as things stand; the session is as it was before."""


class DeviceLost(Problem):
    """The device answers this process no longer; only another process can go on."""


class Session(Protocol):
    """A training session. Moves that torch refuses come back in ``Moved.error``.

    Anything may raise ``DeviceLost``.
    """

    @property
    def ready(self) -> Ready: ...

    @property
    def progress(self) -> Progress: ...

    def do(self, command: DoMove) -> Moved: ...

    def run_free(self, command: RunFree) -> Moved: ...

    def look(self, look: Subscription) -> Frame: ...

    def look_next(self, look: Subscription) -> None:
        """What is looked at from the next frame on: a run goes on and sends it."""

    def snapshot(self) -> Snapshot: ...


class MakeSession(Protocol):
    """Makes a session, or raises ``OptionError`` for what cannot be."""

    def __call__(
        self,
        options: Options,
        store: KeyframeStore,
        hooks: Hooks,
        snapshot: Snapshot | None = None,
    ) -> Session: ...
