"""A script under observation, from its first line to its exit status. No torch until it has it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Protocol

from lenet_tui.around.post_import import when_imported
from lenet_tui.around.script import Script
from lenet_tui.around.stop import Stop
from lenet_tui.around.waiting import Waiting
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, notice

if TYPE_CHECKING:
    from lenet_tui.around.engine.beside import Beside
    from lenet_tui.around.engine.gate import Gate
    from lenet_tui.around.engine.observer import Observer
    from lenet_tui.around.engine.recording import Recording
    from lenet_tui.around.engine.script_session import ScriptSession
    from lenet_tui.protocol.session_api import Hooks

    MakeScriptSession = Callable[[Hooks], ScriptSession]

RAISED = 200
"""Characters that are kept of what an exception says."""


class Shows(Protocol):
    """Shows a session to a person, or prints it."""

    def signals(self) -> AbstractContextManager[None]:
        """In what the main thread is to be meanwhile."""

    def show(self, make: MakeScriptSession) -> bool:
        """Show the session that is made, until a person leaves it, on a thread of its own.

        Returns whether the script is to be interrupted.
        """


class Program:
    """``shows`` is asked for when the script stops for the first time, with the place of that stop.
    ``say``: a line for a person. ``beside``: makes who else sees what is recorded, once there is
    torch. ``waiting``: says how far it is until that stop.

    In a process beside others of one training, only the first is observed.
    """

    def __init__(
        self,
        stop: Stop,
        tape_mb: int,
        shows: Callable[[Recording], Shows],
        say: Callable[[Notice], None],
        beside: Callable[[], Beside] | None = None,
        *,
        waiting: Waiting | None = None,
    ) -> None:
        self._stop = stop
        self._beside = beside
        self._waiting = waiting
        self._tape_mb = tape_mb
        self._shows = shows
        self._say = say
        self._signals = ExitStack()
        self._observer: Observer | None = None
        self._gate: Gate | None = None
        self._session: ScriptSession | None = None
        self._shown: threading.Thread | None = None
        self._pid = os.getpid()
        self._interrupts = False

    def run(self, script: Script) -> None:
        """Run it; what it raises goes on from here."""
        if os.environ.get("RANK", "0") in ("", "0"):
            when_imported("torch", self._observe)
        ended = False
        try:
            script.run(self._failed)
            ended = True
            if self._observer is not None:
                self._observer.ended()
        except SystemExit:
            ended = True
            raise
        finally:
            if os.getpid() == self._pid:
                self._ended(says=ended)

    def _observe(self) -> None:
        from lenet_tui.around.engine.gate import Gate  # noqa: PLC0415 - with torch
        from lenet_tui.around.engine.observer import Observer  # noqa: PLC0415

        gate = self._gate = Gate()
        self._observer = Observer(
            self._stop,
            self._stopped,
            self._tape_mb,
            wanted=lambda: self._wanted(gate),
            say=self._say,
            glance=gate.glance,
        )
        self._observer.beside = self._beside() if self._beside is not None else None
        self._observer.install()
        if self._waiting is not None:
            self._waiting.begins()

    def _wanted(self, gate: Gate) -> bool:
        """Whether the script is to be stopped; asked after each update."""
        if self._waiting is not None and self._observer is not None:
            self._waiting.passed(self._observer.count)
        return gate.asked or gate.left

    def _stopped(self, recording: Recording) -> Stop | None:
        """The script stops, in its thread; returns where it stops next."""
        assert self._gate is not None
        self._waiting = None
        if self._session is not None:
            self._session.stopped(recording)
        self._gate.arrive()
        if self._shown is None:
            self._open(recording)
        stop = self._gate.wait()
        if stop is None:
            self._left()
        return stop

    def _left(self) -> None:
        """The session has been left, and nothing more is shown."""
        if self._shown is not None:
            self._shown.join()
        self._signals.close()
        if self._interrupts:
            self._interrupts = False
            raise KeyboardInterrupt

    def _open(self, recording: Recording) -> None:
        """Show what there is on a thread, while the script stands."""
        from lenet_tui.around.engine.script_session import ScriptSession  # noqa: PLC0415

        gate, shows = self._gate, self._shows(recording)
        assert gate is not None
        if threading.current_thread() is threading.main_thread():
            self._signals.enter_context(shows.signals())

        def make(hooks: Hooks) -> ScriptSession:
            beside = self._observer.beside if self._observer is not None else None
            session = self._session = ScriptSession(recording, gate, hooks, beside)
            if self._observer is not None:
                self._observer.kept = session.kept
            return session

        def show() -> None:
            try:
                self._interrupts = shows.show(make)
            finally:
                if not gate.leave() and self._interrupts:  # it runs on
                    self._interrupts = False
                    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        self._shown = threading.Thread(target=show, name="script session", daemon=True)
        self._shown.start()

    def _failed(self, error: BaseException) -> None:
        """The script has raised: if it did so while it was recorded, that is looked at first."""
        observer = self._observer
        if observer is None or not isinstance(error, Exception):
            return
        if self._gate is not None:
            first = str(error).strip().partition("\n")[0]
            self._gate.raised = clean(f"{type(error).__name__}: {first}", RAISED)
        recording = observer.failed(error)
        if recording is not None:
            self._say(notice("around:raising", n=recording.tape.iteration))
            self._stopped(recording)
        elif self._shown is None and observer.count + 1 < self._stop.at:
            self._say(_raised_before(observer.count, self._stop.at))

    def _ended(self, says: bool) -> None:
        """The script is over: whoever still looks at it is waited for.

        ``says``: also where it came to no stop.
        """
        observer, gate = self._observer, self._gate
        reached = self._shown is not None or (observer is not None and observer.stop is None)
        if observer is not None and gate is not None:
            observer.release()
            gate.end(observer.count)
        if self._shown is not None:
            self._shown.join()
        self._signals.close()
        if says and not reached and os.environ.get("RANK", "0") in ("", "0"):
            count = observer.count if observer is not None else 0
            at = self._stop.at
            if not count:
                self._say(notice("around:no-update"))
            elif at:
                self._say(notice("around:too-few", count=count, at=at))
            else:
                self._say(notice("around:never", count=count, when=str(self._stop)))


def _raised_before(count: int, at: int) -> Notice:
    """Said of an exception after so many updates, where the stop was not reached."""
    return notice("around:raised-before", count=count, n=count + 1, at=at)
