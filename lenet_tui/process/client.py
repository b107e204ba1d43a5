"""The engine as the app sees it: commands go in, reports come out, nothing is lost if it dies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from lenet_tui.process.child import EngineProcess
from lenet_tui.process.engine import server as worker
from lenet_tui.process.forkserver import prepare
from lenet_tui.process.heap import give_back
from lenet_tui.protocol.engine_api import OnReport
from lenet_tui.protocol.messages import Command, DoMove, Keyframe, NeedKeyframe, Recorded, Report
from lenet_tui.protocol.moves import KillEngine
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.autosave import Autosave
from lenet_tui.sessions.recovery_state import Keeper


class EngineClient:
    """An ``Engine`` in a process of its own.

    ``on_report`` is called on another thread, one report at a time and in order, and must return
    at once without waiting for a thread that calls this object. No method here ever waits for
    the engine. After a ``Died``, ``restart`` carries on from what the keeper holds. ``saves``: the
    folder that the session is saved in; none: nowhere.
    """

    def __init__(
        self,
        on_report: OnReport,
        run: Callable[..., None] = worker.main,
        args: tuple[object, ...] = (),
        saves: Path | None = None,
    ) -> None:
        prepare()
        give_back()
        self._on_report = on_report
        self._run, self._args = run, args
        self._keeper = Keeper()
        self._aside: Keeper | None = None
        self._lock = threading.RLock()
        self._closed = False
        self._autosave = Autosave(saves, self._to_save, self._on_report) if saves else None
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

    def resume(self, saved: SavedSession, path: Path) -> None:
        with self._lock:
            if self._autosave:
                self._autosave.adopt(path)
            self._keeper.take(saved)
            for command in self._keeper.carry_on():
                self._process.send(command)

    def set_aside(self) -> None:
        with self._lock:
            self._aside, self._keeper = self._keeper, Keeper()

    def take_up(self) -> None:
        with self._lock:
            if self._aside is not None:
                self._keeper, self._aside = self._aside, None
                for command in self._keeper.carry_on():
                    self._process.send(command)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._process.kill()
        if self._autosave:
            self._autosave.close()

    def _to_save(self) -> SavedSession | None:
        """The person's session; while it is set aside another runs, which is not saved."""
        with self._lock:
            return (self._aside or self._keeper).saved()

    def _receive(self, process: EngineProcess, report: Report) -> None:
        with self._lock:
            if self._closed or process is not self._process:
                return
            if isinstance(report, NeedKeyframe):
                process.send(Keyframe(report.iteration, self._keeper.keyframe(report.iteration)))
            elif not self._keeper.received(report):
                self._on_report(report)
            elif self._autosave and isinstance(report, Recorded):
                self._autosave.changed()
