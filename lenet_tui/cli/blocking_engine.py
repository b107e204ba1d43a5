"""Asking the engine one thing after another, where there is no screen to keep alive."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import TypeVar

from lenet_tui.cli.options import CommandError, complain
from lenet_tui.process.client import EngineClient
from lenet_tui.protocol import messages
from lenet_tui.protocol.messages import Report
from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import A, Reply, Request
from lenet_tui.text.notice import verbatim

R = TypeVar("R", bound=Report)


class BlockingEngine:
    """An engine that is asked and waited for. What it prints or warns goes to standard error.

    ``CommandError`` where it fails or dies.
    """

    def __init__(self) -> None:
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._client = EngineClient(self._reports.put)

    def __enter__(self) -> BlockingEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def start(self, options: Options) -> messages.Ready:
        """Have the engine run ``init``."""
        self.send(messages.Start(options))
        return self.answer(messages.Ready)

    def begin(self, request: Request[A]) -> Callable[[], Reply[A]]:
        """Send a request without waiting; what is returned waits for its reply."""
        self.send(messages.Asked(0, request))

        def reply() -> Reply[A]:
            report = self.answer(messages.Answered)
            return Reply(report.answer, report.error)

        return reply

    def ask(self, request: Request[A], status: int = 2) -> A:
        """Send a request and wait for its answer; where there is none, exit with ``status``."""
        reply = self.begin(request)()
        if reply.error is not None:
            raise CommandError(reply.error, status)
        assert reply.answer is not None
        return reply.answer

    def move(self, command: messages.DoMove) -> messages.Moved:
        """Make a move and wait for its end."""
        self.send(command)
        return self.answer(messages.Moved)

    def make(self, move: Move, line: str = "") -> None:
        """Make a move that must succeed; ``line``: its text, to be named where it does not."""
        moved = self.move(messages.DoMove(0, move))
        if moved.error and line:
            raise CommandError("cli:move", 1, line=line, error=moved.error)
        if moved.error:
            raise CommandError(moved.error, 1)

    def send(self, command: messages.Command) -> None:
        """Send a command without waiting; ``answer`` then waits, in the same order."""
        self._client.send(command)

    def answer(self, kind: type[R]) -> R:
        """The next report of a kind; printed text and warnings go to standard error on the way."""
        while True:
            report = self._reports.get()
            if isinstance(report, kind):
                return report
            if isinstance(report, messages.Printed):
                what = f"{report.kind}: " if report.kind != "output" else ""
                complain(verbatim(what + report.text))
            elif isinstance(report, messages.Failed):
                raise CommandError(report.error, report.exit)
            elif isinstance(report, messages.Died):
                raise CommandError("cli:engine-ended", 1, error=report.error)
