"""Asking the engine one thing after another, where there is no screen to keep alive."""

from __future__ import annotations

import queue
from types import TracebackType
from typing import TypeVar

from lenet_tui.cli.options import CommandError, complain
from lenet_tui.explain.explanation import Explanation, NotExplained
from lenet_tui.process.client import EngineClient
from lenet_tui.protocol.messages import (
    Command,
    Died,
    DoMove,
    Explain,
    Failed,
    Moved,
    Printed,
    Ready,
    Report,
    Start,
)
from lenet_tui.protocol.options import Options

R = TypeVar("R", bound=Report)


class Talk:
    """An engine that is asked and waited for. What it prints or warns goes to standard error.

    ``CommandError`` where it fails or dies.
    """

    def __init__(self) -> None:
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._client = EngineClient(self._reports.put)
        self._number = 0

    def __enter__(self) -> Talk:
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
        return self.ask(Start(options), Ready)

    def send(self, command: Command) -> None:
        """Ask without waiting; ``answer`` then waits, in the same order."""
        self._client.send(command)

    def ask(self, command: Command, kind: type[R]) -> R:
        """Ask and wait for the report of ``kind`` that answers."""
        self.send(command)
        return self.answer(kind)

    def move(self, command: DoMove) -> Moved:
        return self.ask(command, Moved)

    def explain(self, command: Explain) -> Explanation | NotExplained:
        self.send(command)
        while True:
            report = self._next()
            if isinstance(report, (Explanation, NotExplained)):
                return report

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
                raise CommandError(report.error, report.exit)
            elif isinstance(report, Died):
                raise CommandError(f"the engine ended: {report.error}", 1)
            else:
                return report
