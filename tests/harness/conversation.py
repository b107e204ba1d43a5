"""Talking to an engine in a test: send a command, wait for a report of a kind."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from lenet_tui.process.client import EngineClient
from lenet_tui.protocol.messages import Command, DoMove, Moved, Printed, Ready, Report, Start
from lenet_tui.protocol.moves import Set
from lenet_tui.protocol.options import Options

R = TypeVar("R", bound=Report)
DEADLINE = 30.0


class Conversation:
    """A client with everything that it has reported, in order. ``saves``: where it saves to."""

    def __init__(self, run: Callable[[Connection], None], saves: Path | None = None) -> None:
        self.reports: list[Report] = []
        self._queue: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._number = 0
        self.client = EngineClient(self._queue.put, run, saves=saves)

    def __enter__(self) -> Conversation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def send(self, command: Command) -> None:
        self.client.send(command)

    def until(self, kind: type[R], seconds: float = DEADLINE) -> R:
        """The next report of ``kind``; those before it are in ``reports``."""
        stop = time.monotonic() + seconds
        while True:
            try:
                report = self._queue.get(timeout=max(stop - time.monotonic(), 0))
            except queue.Empty:
                raise AssertionError(f"no {kind.__name__}; so far {self.reports}") from None
            self.reports.append(report)
            if isinstance(report, kind):
                return report

    def start(self, options: Options | None = None) -> Ready:
        self.send(Start(options or Options()))
        return self.until(Ready)

    def tell(self, word: str) -> int:
        """``set data WORD``, which the fake session takes as an order; its number."""
        self._number += 1
        self.send(DoMove(self._number, Set("data", word)))
        return self._number

    def ask(self, word: str) -> tuple[Moved, list[Printed]]:
        """The same, with the answer and what was printed before it."""
        number, before = self.tell(word), len(self.reports)
        moved = self.until(Moved)
        assert moved.number == number
        return moved, [r for r in self.reports[before:] if isinstance(r, Printed)]
