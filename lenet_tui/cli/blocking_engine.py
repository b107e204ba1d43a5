"""Asking the engine one thing after another, where there is no screen to keep alive."""

from __future__ import annotations

import queue
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from lenet_tui.cli.options import CommandError, complain
from lenet_tui.process.client import EngineClient
from lenet_tui.protocol.messages import (
    Answered,
    Asked,
    Command,
    Died,
    DoMove,
    Failed,
    Moved,
    Printed,
    Ready,
    Report,
    Start,
)
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import A, Reply, Request

R = TypeVar("R", bound=Report)


class BlockingEngine:
    """An engine that is asked and waited for. What it prints or warns goes to standard error.

    ``CommandError`` where it fails or dies.
    """

    def __init__(self) -> None:
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._client = EngineClient(self._reports.put)
        self._number = 0

    def __enter__(self) -> BlockingEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def start(self, options: Options) -> Ready:
        """Have the engine run ``init``."""
        return self._command(Start(options), Ready)

    def begin(self, request: Request[A]) -> Callable[[], Reply[A]]:
        """Send a request without waiting; what is returned waits for its reply."""
        self._number += 1
        number = self._number
        self._client.send(Asked(number, request))

        def reply() -> Reply[A]:
            report = self.answer(Answered)
            return Reply(report.answer, report.error)

        return reply

    def ask(self, request: Request[A], status: int = 2) -> A:
        """Send a request and wait for its answer; where there is none, exit with ``status``."""
        reply = self.begin(request)()
        if reply.answer is None:
            raise CommandError(str(reply.error), status)
        return reply.answer

    def move(self, command: DoMove) -> Moved:
        """Make a move and wait for its end."""
        return self._command(command, Moved)

    def send(self, command: Command) -> None:
        """Send a command without waiting; ``answer`` then waits, in the same order."""
        self._client.send(command)

    def _command(self, command: Command, kind: type[R]) -> R:
        self.send(command)
        return self.answer(kind)

    def answer(self, kind: type[R]) -> R:
        while True:
            report = self._next()
            if isinstance(report, kind):
                return report

    def _next(self) -> Report:
        """The next report; what is printed or warned is said on the way."""
        while True:
            report = self._reports.get()
            if isinstance(report, Printed):
                said = f"{report.kind}: " if report.kind != "output" else ""
                complain(said + report.text)
            elif isinstance(report, Failed):
                raise CommandError(str(report.error), report.exit)
            elif isinstance(report, Died):
                raise CommandError(f"the engine ended: {report.error}", 1)
            else:
                return report
