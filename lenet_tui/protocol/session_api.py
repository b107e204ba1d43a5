"""How the server drives a session, and what a session asks of the server. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from lenet_tui.protocol import messages
from lenet_tui.protocol.blob import Blob, Piece
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import Position
from lenet_tui.text.notice import Problem

if TYPE_CHECKING:
    from lenet_tui.protocol.loss_series import Taken


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
    """Stores keyframes where they survive the engine's death."""

    def put(self, iteration: int, pieces: Sequence[Piece]) -> Blob:
        """Store a keyframe, copied; returns the copy."""

    def get(self, iteration: int) -> Blob: ...

    def drop(self, iterations: Sequence[int]) -> None: ...


class Hooks(Protocol):
    """What a session calls between the iterations of a long run; cheap."""

    def stop_wanted(self) -> bool:
        """Whether a ``Pause`` has come, or the end of everything."""

    def between_iterations(self) -> None:
        """An iteration of a run has finished: what may be asked meanwhile is answered."""

    def frame_wanted(self) -> bool:
        """Whether the screen has acknowledged the last frame, so that a new one may be sent."""

    def send(self, report: messages.Report) -> None:
        """Send a report that is no answer to a command."""


class MoveRejected(Problem):
    """A move that cannot be made now; the session is as it was before.

    ``traceback``: of an exception of the owner's code, the lines of their frames.
    """

    traceback: tuple[str, ...] = ()


class OwnError(Problem):
    """An exception of the owner's code, before there is a session. ``traceback``: its lines."""

    traceback: tuple[str, ...] = ()
    raised: messages.Raised | None = None


class DeviceLost(Problem):
    """The device answers this process no longer; only another process can go on."""


class Session(Protocol):
    """A training session. Moves that torch refuses come back in ``Moved.error``.

    Anything may raise ``DeviceLost``.
    """

    @property
    def ready(self) -> messages.Ready: ...

    @property
    def progress(self) -> Progress: ...

    def do(self, command: messages.DoMove) -> messages.Moved: ...

    def run_free(self, command: messages.RunFree) -> messages.Moved: ...

    def subscribe(self, subscription: messages.Subscription) -> Frame: ...

    def subscribe_next(self, subscription: messages.Subscription) -> None:
        """Set what the next frame holds; a run goes on and sends it."""

    def snapshot(self) -> messages.Snapshot: ...

    def take_losses(self) -> Taken:
        """The losses that no frame has brought."""


class MakeSession(Protocol):
    """Makes a session, or raises ``OptionError`` for what cannot be."""

    def __call__(
        self,
        options: Options,
        store: KeyframeStore,
        hooks: Hooks,
        snapshot: messages.Snapshot | None = None,
    ) -> Session: ...
