"""Asking the engine one thing after another, where there is no screen to keep alive."""

from __future__ import annotations

import contextlib
import queue
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from lenet_tui.cli.options import CommandError, complain
from lenet_tui.cli.progress import Progress
from lenet_tui.process.client import EngineClient
from lenet_tui.protocol import messages
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import Report
from lenet_tui.protocol.moves import Continue, Goto, Move, Run
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import A, Reply, Request
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.text.notice import Notice, verbatim

R = TypeVar("R", bound=Report)
INTERVAL = 0.5
"""Seconds between two frames of a run: the next comes when the last is acknowledged."""


class EngineFailed(CommandError):
    """The engine could not start, or broke. ``raised``: by the owner's code, where it was that."""

    def __init__(self, error: Notice, status: int, raised: messages.Raised | None) -> None:
        super().__init__(error, status)
        self.raised = raised


class BlockingEngine:
    """An engine that is asked and waited for. What it prints or warns goes to standard error.

    ``CommandError`` where it fails or dies. How far a long run has come is shown there too, or by
    ``shown``, which is called with each frame of a run.
    """

    def __init__(self, shown: Callable[[Frame], None] | None = None) -> None:
        self._shown = shown
        self._reports: queue.SimpleQueue[Report | Notice | None] = queue.SimpleQueue()
        """What the engine reports, what others have said, and ``None``: a run is to end."""
        self._aside: dict[int, Callable[[Reply[Any]], None]] = {}
        self._asides = 0
        self.client = EngineClient(self._received)
        self._progress = Progress()
        self._iteration = 0
        self._remarks: set[str] = set()
        self._unacknowledged = False

    def __enter__(self) -> BlockingEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self._progress.clear()

    def start(self, options: Options) -> messages.Ready:
        """Have the engine run ``init``."""
        self.send(messages.Start(options))
        return self.answer(messages.Ready)

    def resume(self, saved: SavedSession, path: Path) -> messages.Ready:
        """Have the engine take up a session that was read from a file."""
        self.client.resume(saved, path)
        return self.answer(messages.Ready)

    def begin(self, request: Request[A]) -> Callable[[], Reply[A]]:
        """Send a request without waiting; what is returned waits for its reply."""
        self.send(messages.Asked(0, request))

        def reply() -> Reply[A]:
            report = self.answer(messages.Answered)
            return Reply(report.answer, report.error)

        return reply

    def aside(self, request: Request[A], then: Callable[[Reply[A]], None]) -> None:
        """Send a request while something else is waited for, on any thread.

        ``then`` gets its reply, on another thread, and must return at once.
        """
        self._asides += 1
        self._aside[self._asides] = then
        self.send(messages.Asked(self._asides, request))

    def say(self, said: Notice) -> None:
        """Have one line written on standard error by the thread that waits. Of any thread's use."""
        self._reports.put(said)

    def _received(self, report: Report) -> None:
        if isinstance(report, messages.Answered) and report.number:
            self._aside.pop(report.number)(Reply(report.answer, report.error))
        else:
            self._reports.put(report)

    def ask(self, request: Request[A], status: int = 2) -> A:
        """Send a request and wait for its answer; where there is none, exit with ``status``."""
        reply = self.begin(request)()
        if reply.error is not None:
            raise CommandError(reply.error, status)
        assert reply.answer is not None
        return reply.answer

    def move(self, command: messages.DoMove) -> messages.Moved:
        """Make a move and wait for its end."""
        self._progress.begin(self._iteration, self._goal(command.move))
        self.send(command)
        moved = self.answer(messages.Moved)
        self._iteration = moved.frame.position.iteration
        return moved

    def _goal(self, move: Move) -> int:
        """The last iteration that a move may reach."""
        if isinstance(move, Goto):
            return move.iteration
        if isinstance(move, Run):
            return self._iteration + move.count
        return self._iteration + (move.limit if isinstance(move, Continue) else 1)

    def make(self, move: Move, line: str = "") -> None:
        """Make a move that must succeed; ``line``: its text, to be named where it does not."""
        moved = self.move(messages.DoMove(0, move))
        if moved.error and line:
            raise CommandError("cli:move", 1, line=line, error=moved.error)
        if moved.error:
            raise CommandError(moved.error, 1)

    def pause(self) -> None:
        """Have a run end with its iteration. A signal handler may call it, at any point."""
        self._reports.put(None)

    def send(self, command: messages.Command) -> None:
        """Send a command without waiting; ``answer`` then waits, in the same order."""
        self.client.send(command)

    def answer(self, kind: type[R]) -> R:
        """The next report of a kind; printed text and warnings go to standard error on the way."""
        while True:
            report = self._next()
            if report is None:
                self.client.send(messages.Pause())
                continue
            if isinstance(report, messages.FrameUpdate):
                if self._shown is not None:
                    self._shown(report.frame)
                else:
                    self._progress.show(report.frame.position.iteration)
                self._unacknowledged = True
                continue
            self._progress.clear()
            if isinstance(report, Notice):
                complain(report)
                continue
            if isinstance(report, kind):
                return report
            if isinstance(report, messages.Printed) and report.kind == "traceback":
                sys.stderr.write(f"{report.text}\n")
            elif isinstance(report, messages.Printed):
                what = f"{report.kind}: " if report.kind != "output" else ""
                complain(verbatim(what + report.text))
            elif isinstance(report, messages.Remark):
                if str(report.notice) not in self._remarks:  # a session may be started again
                    self._remarks.add(str(report.notice))
                    complain(report.notice)
            elif isinstance(report, messages.Failed):
                raise EngineFailed(report.error, report.exit, report.raised)
            elif isinstance(report, messages.Died):
                raise CommandError("cli:engine-ended", 1, error=report.error)

    def _next(self) -> Report | Notice | None:
        """The next report, or that a run is to end; a frame is acknowledged a while later."""
        if self._unacknowledged:
            with contextlib.suppress(queue.Empty):
                return self._reports.get(timeout=INTERVAL)
            self._unacknowledged = False
            self.client.send(messages.FrameAcknowledged())
        return self._reports.get()
