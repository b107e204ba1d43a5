"""A real session in this process behind the engine's interface, for tests of the screen."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from lenet_tui.history.engine.session import Session
from lenet_tui.parity.result import Parity
from lenet_tui.protocol.blob import Blob, Piece
from lenet_tui.protocol.engine_api import OnReport
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import (
    Answered,
    Asked,
    Command,
    DoMove,
    EvictedKeyframes,
    FrameAcknowledged,
    FrameUpdate,
    Keyframe,
    Moved,
    Pause,
    Recorded,
    Remark,
    Report,
    RunFree,
    Start,
    Subscription,
)
from lenet_tui.protocol.moves import Continue, Forward, Move
from lenet_tui.protocol.request import Handler, Rejected, Request, handler_of
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.sessions.recovery_state import RecoveryState
from lenet_tui.text.notice import Notice
from lenet_tui.training.request import ListDevices
from tests.harness import faulty_gpu
from tests.harness.driving import Hooks

C = TypeVar("C")
LONGEST, CONTINUES = 150, 5
"""Iterations after which a move is paused; after which a ``Continue`` is."""


class LocalEngine:
    """Answers each command at once, with what torch computes.

    ``sent`` holds every command; ``restarts`` and ``closed`` count what was asked.

    ``hold``: moves are not answered until ``release`` is called. ``thinks``: requests are not
    answered until ``reply`` is called. ``handlers``: they answer requests of their class instead
    of the session's own, for what no machine has. A free run goes one iteration further for each
    frame, at most ``free`` times, until it is paused.
    """

    def __init__(self, on_report: OnReport, *, free: int = 3) -> None:
        self.sent: list[Command] = []
        self.hold = self.thinks = self.closed = False
        self.restarts = 0
        self.refuses: dict[str, Notice] = {}
        self.handlers: dict[type[Request[Any]], Handler] = {
            ListDevices: faulty_gpu.devices,
            Parity: faulty_gpu.parity,
        }
        self.session: Session
        self._on_report = on_report
        self._recovery = RecoveryState()
        self._aside: RecoveryState | None = None
        self._subscription = Subscription()
        self._held: deque[DoMove] = deque()
        self._run: RunFree | None = None
        self._free = self._left = free
        self._hooks = Hooks()

    def send(self, command: Command) -> None:
        self.sent.append(command)
        self._recovery.sent(command)
        self._take(command)

    def _take(self, command: Command) -> None:
        if isinstance(command, Start):
            options = replace(command.options, device="cpu")
            self.session = Session(options, self, self._hooks, command.snapshot)
            self.report(Recorded(self.session.snapshot()))
            self.ready()
        elif isinstance(command, Subscription):
            self._subscription = command
            self.report(FrameUpdate(self.frame()))
        elif isinstance(command, DoMove):
            self._held.append(command)
            if not self.hold:
                self.release()
        elif isinstance(command, RunFree):
            self._run, self._left = command, self._free
            self._step()
        elif isinstance(command, FrameAcknowledged):
            self._step()
        elif isinstance(command, Pause):
            self._end_run()
        elif isinstance(command, Asked) and not self.thinks:
            self.reply(command)

    def reply(self, asked: Asked) -> None:
        """Answer a request."""
        request = asked.request
        handler = self.handlers.get(type(request)) or handler_of(request)
        before = len(self._hooks.sent)
        try:
            answer = handler(request, self.session)
            for report in self._hooks.sent[before:]:
                self.report(report)
            self.report(Answered(asked.number, answer))
        except (Rejected, MoveRejected) as error:
            self.report(Answered(asked.number, error=error.notice))

    def refusal(self, command: str) -> Notice | None:
        return self.refuses.get(command)

    def restart(self) -> None:
        self.restarts += 1
        self._held.clear()
        self._run = None
        self._carry_on()

    def resume(self, saved: SavedSession, path: Path) -> None:
        self._recovery.take(saved)
        self._carry_on()

    def set_aside(self) -> None:
        self._aside, self._recovery = self._recovery, RecoveryState()

    def restore(self) -> None:
        if self._aside is not None:
            self._recovery, self._aside = self._aside, None
            self._carry_on()

    def close(self) -> None:
        self.closed = True

    def ready(self) -> None:
        """Report that init has been run."""
        self.report(self.session.ready)

    def release(self) -> None:
        """Answer every move that is held."""
        while self._held:
            before = len(self._hooks.sent)
            moved = self._moved(self._held.popleft())
            for remark in self._hooks.sent[before:]:
                if isinstance(remark, Remark):
                    self.report(remark)
            self.report(moved)

    def report(self, report: Report) -> None:
        """Report something to the app, in its turn or out of it."""
        if isinstance(report, (Moved, FrameUpdate)):
            report = replace(report, frame=timed(report.frame))
        if seen := self._recovery.received(report):
            self._on_report(seen)

    def frame(self) -> Frame:
        """The frame at the cursor with the views that are looked at."""
        return self.session.subscribe(self._subscription)

    def asked(self, kind: type[C]) -> list[C]:
        """The requests of one class."""
        return [r.request for r in self.commands(Asked) if isinstance(r.request, kind)]

    @property
    def moves(self) -> list[Move]:
        """The moves that were asked for."""
        return [c.move for c in self.sent if isinstance(c, DoMove)]

    def commands(self, kind: type[C]) -> list[C]:
        """The commands of one class."""
        return [c for c in self.sent if isinstance(c, kind)]

    def _carry_on(self) -> None:
        for command in self._recovery.carry_on():
            self._take(command)

    def _moved(self, command: DoMove) -> Moved:
        self._hooks.patience = CONTINUES if isinstance(command.move, Continue) else LONGEST
        moved = self.session.do(command)
        self.report(Recorded(self.session.snapshot()))
        return moved

    def _step(self) -> None:
        if self._run is not None and self._left > 0:
            self._left -= 1
            moved = self._moved(DoMove(self._run.number, Forward("iteration")))
            self.report(FrameUpdate(replace(moved.frame, running=True)))

    def _end_run(self) -> None:
        if self._run is not None:
            number, self._run = self._run.number, None
            self.report(Moved(number, self.frame()))
        elif self.hold:
            self.release()

    # The session's store of keyframes.

    def put(self, iteration: int, pieces: Sequence[Piece]) -> Blob:
        blob = b"".join(pieces)
        self.report(Keyframe(iteration, blob))
        return blob

    def get(self, iteration: int) -> Blob:
        return self._recovery.keyframe(iteration)

    def drop(self, iterations: Sequence[int]) -> None:
        self.report(EvictedKeyframes(tuple(iterations)))


def timed(frame: Frame) -> Frame:
    """The frame with 41 µs for each op, so that the screen is the same in every run."""
    segments = tuple(replace(s, seconds=s.done * 41e-6) for s in frame.segments)
    return replace(frame, segments=segments)
