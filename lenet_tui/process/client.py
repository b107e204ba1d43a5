"""The engine for the app: it takes commands and gives reports, and may die without loss."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from lenet_tui.process.child import EngineProcess
from lenet_tui.process.engine import server
from lenet_tui.process.forkserver import prepare
from lenet_tui.protocol.engine_api import OnReport
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.messages import (
    Began,
    Command,
    DoMove,
    EvictedKeyframes,
    Keyframe,
    Recorded,
    Report,
    RequestKeyframe,
    Start,
)
from lenet_tui.protocol.moves import KillEngine
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.autosave import Autosave
from lenet_tui.sessions.recovery_state import RecoveryState
from lenet_tui.text.notice import Notice, notice

M_MMAP_THRESHOLD = -3
"""From glibc's ``malloc.h``."""
LARGE = 2**16


class EngineClient:
    """An ``Engine`` in a process of its own.

    ``on_report`` is called on another thread, one report at a time and in order, and must return
    at once without waiting for a thread that calls this object. No method here ever waits for
    the engine. After a ``Died``, ``restart`` carries on from the recovery state. ``saves``: the
    folder that the session is saved in; ``None``: nowhere.
    """

    def __init__(
        self,
        on_report: OnReport,
        run: Callable[..., None] = server.main,
        args: tuple[object, ...] = (),
        saves: Path | None = None,
    ) -> None:
        prepare()
        _return_freed_memory()
        self._on_report = on_report
        self._run, self._args = run, args
        self._recovery = RecoveryState()
        self._aside: RecoveryState | None = None
        self._reporting = self._recovery
        """The one that the engine's reports belong to: a session sent after it may be waiting."""
        self._waiting: deque[RecoveryState] = deque()
        """Of each ``Start`` that the engine has not taken up yet."""
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
            self._recovery.sent(command)
            self._pass_on(command)

    def refusal(self, command: str) -> Notice | None:
        """There is no program around it."""
        return notice("process:no-program") if command in ("end-program", "take-keys") else None

    def restart(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._process.kill()
            self._process = EngineProcess(self._run, self._args, self._receive)
            self._reporting = self._recovery
            self._waiting.clear()
            self._carry_on()

    def resume(self, saved: SavedSession, path: Path) -> None:
        with self._lock:
            if self._autosave:
                self._autosave.adopt(path)
            self._recovery.take(saved)
            self._carry_on()

    def saved(self, most: int | None = None) -> SavedSession | None:
        """The session as it would be saved now; ``None`` while nothing has been done in it.

        Raises ``Unsaved`` where it would take more than ``most`` bytes, by default more than is
        saved by itself.
        """
        return self._to_save(most)

    @property
    def stored(self) -> tuple[int, int]:
        """The iterations at which it would be saved now, and of the last keyframe up to there."""
        with self._lock:
            return (self._aside or self._recovery).stored

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """Those that the engine has reported, in order."""
        with self._lock:
            return self._recovery.evaluations

    def mean_loss(self, first: int, last: int) -> float:
        """The mean of the losses of iterations ``first`` to ``last``; NaN: none is known."""
        with self._lock:
            return self._recovery.mean_loss(first, last)

    def set_aside(self) -> None:
        with self._lock:
            self._aside, self._recovery = self._recovery, RecoveryState()

    def restore(self) -> None:
        with self._lock:
            if self._aside is not None:
                self._recovery, self._aside = self._aside, None
                self._carry_on()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._process.kill()
        if self._autosave:
            self._autosave.close()

    def _to_save(self, most: int | None = None) -> SavedSession | None:
        """The user's session; while it is set aside another runs, which is not saved."""
        with self._lock:
            return (self._aside or self._recovery).saved(most)

    def _carry_on(self) -> None:
        for command in self._recovery.carry_on():
            self._pass_on(command)

    def _pass_on(self, command: Command) -> None:
        if isinstance(command, Start):
            self._waiting.append(self._recovery)
        self._process.send(command)

    def _receive(self, process: EngineProcess, report: Report) -> None:
        with self._lock:
            if self._closed or process is not self._process:
                return
            of = self._reporting
            if isinstance(report, Began):
                self._reporting = self._waiting.popleft()
            elif isinstance(report, RequestKeyframe):
                process.send(Keyframe(report.iteration, of.keyframe(report.iteration)))
            elif of in self._waiting:  # the last of a session in whose place another has been sent
                if not isinstance(report, (Keyframe, EvictedKeyframes, Recorded)):
                    self._on_report(report)
            elif seen := of.received(report):
                self._on_report(seen)
            elif self._autosave and isinstance(report, Recorded):
                self._autosave.changed()


def _return_freed_memory() -> None:
    """Have glibc map each block from ``LARGE`` bytes on separately, such as keyframes and saves.

    By default, once one such block is freed, glibc puts the next ones into its heap, between other
    objects: then the heap grows with every minute of a run.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, LARGE)
