"""The engine as the app sees it: commands go in, reports come out, nothing is lost if it dies."""

from __future__ import annotations

import threading
from collections.abc import Callable

from lenet_tui.client.keeper import Keeper
from lenet_tui.client.process import EngineProcess
from lenet_tui.core.engine_api import OnReport
from lenet_tui.core.moves import KillEngine
from lenet_tui.core.protocol import Command, DoMove, Keyframe, NeedKeyframe, Report
from lenet_tui.engine import worker
from lenet_tui.template import prepare


class EngineClient:
    """An ``Engine`` in a process of its own.

    ``on_report`` is called on another thread, one report at a time and in order, and must return
    at once without waiting for a thread that calls this object. No method here ever waits for
    the engine. After a ``Died``, ``restart`` carries on from what the keeper holds.
    """

    def __init__(
        self,
        on_report: OnReport,
        run: Callable[..., None] = worker.main,
        args: tuple[object, ...] = (),
    ) -> None:
        prepare()
        self._on_report = on_report
        self._run, self._args = run, args
        self._keeper = Keeper()
        self._aside: Keeper | None = None
        self._lock = threading.RLock()
        self._closed = False
        self._process = EngineProcess(run, args, self._receive)

    @property
    def pid(self) -> int | None:
        """The number of the engine's process, once it has been started."""
        return self._process.pid

    def send(self, command: Command) -> None:
        with self._lock:
            if isinstance(command, DoMove) and isinstance(command.move, KillEngine):
                self.restart()
            self._keeper.sent(command)
            self._process.send(command)

    def restart(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._process.kill()
            self._process = EngineProcess(self._run, self._args, self._receive)
            for command in self._keeper.carry_on():
                self._process.send(command)

    def set_aside(self) -> None:
        with self._lock:
            self._aside, self._keeper = self._keeper, Keeper()

    def take_up(self) -> None:
        with self._lock:
            if self._aside is not None:
                self._keeper, self._aside = self._aside, None
                for command in self._keeper.resume():
                    self._process.send(command)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._process.kill()

    def _receive(self, process: EngineProcess, report: Report) -> None:
        with self._lock:
            if self._closed or process is not self._process:
                return
            if isinstance(report, NeedKeyframe):
                process.send(Keyframe(report.iteration, self._keeper.keyframe(report.iteration)))
            elif not self._keeper.received(report):
                self._on_report(report)
