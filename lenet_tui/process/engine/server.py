"""The engine's process: takes commands from the pipe, drives the session, answers by reports."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing import connection as connections
from multiprocessing import (
    current_process,
    get_all_start_methods,
    parent_process,
    set_start_method,
)
from multiprocessing.connection import Connection
from typing import Protocol

from lenet_tui.process import group
from lenet_tui.process.engine.captured_output import Log, catch_warnings, one_line, traceback_lines
from lenet_tui.process.engine.frame_pace import FramePace
from lenet_tui.process.engine.pipe import POLL_INTERVAL, EngineEnd, Pipe, PipeClosed
from lenet_tui.process.engine.watchdog import Watchdog
from lenet_tui.protocol import messages
from lenet_tui.protocol.options import OptionError
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.request import Rejected, handler_of
from lenet_tui.protocol.session_api import (
    DeviceLost,
    MakeSession,
    MoveRejected,
    OwnError,
    Progress,
    Session,
)
from lenet_tui.text.notice import notice, verbatim

RECORD_INTERVAL = 0.25
"""Seconds of a run that are lost at most when the engine dies."""


@dataclass(slots=True)
class Loading:
    """Where the engine is before there is a session."""

    position: Position = field(default_factory=Position)
    segment: int = -1
    what: str = "import torch"
    after: str = ""
    since: float = field(default_factory=time.monotonic)


def real_session() -> MakeSession:
    """The session that runs torch; imported only here, as it takes torch with it."""
    from lenet_tui.history.engine.session import Session as RealSession  # noqa: PLC0415

    return RealSession


def main(connection: Connection, load: Callable[[], MakeSession] = real_session) -> None:
    """Run the engine until the pipe is closed. ``load`` returns the class of its session."""
    group.lead()
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    preload = sys.modules.get("lenet_tui.process.engine.preload")
    log: Log = preload.LOG if preload else Log()
    if not preload:
        log.redirect()
    faulthandler.enable(file=2)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    _allow_children()
    pipe = Pipe(connection)
    catch_warnings(pipe.send)
    with contextlib.suppress(PipeClosed):
        Server(pipe, log, load).serve()


class Lines(Protocol):
    """Where lines come from that something in this process has printed."""

    def new_lines(self) -> Iterable[messages.Printed]:
        """Those that have come since they were last asked for."""


class Server:
    """Answers each command in its turn, and is the ``Hooks`` of its session's runs."""

    def __init__(self, pipe: EngineEnd, log: Lines, load: Callable[[], MakeSession]) -> None:
        self._pipe = pipe
        self._log = log
        self._load = load
        self._watchdog = Watchdog(pipe.send)
        self._session: Session | None = None
        self._loading = Loading()
        self._subscription = messages.Subscription()
        self._snapshot: messages.Snapshot | None = None
        self._looked = self._record_sent = 0.0
        self._pace = FramePace()

    def end(self) -> None:
        """Leave no thread behind."""
        self._watchdog.close()

    def serve(self) -> None:
        """Take commands until ``Close``; raises ``PipeClosed`` when the pipe ends."""
        while not isinstance(command := self._pipe.next(), messages.Close):
            self._watchdog.begin(self._progress)
            try:
                answer = self._answer(command)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
                answer = self._broke(command, error)
            self._watchdog.end()
            self._drain()
            if isinstance(answer, messages.Moved) and self._session:
                frame = answer.frame  # it may be lost where the process ends now
                recorded = messages.Recorded(
                    self._session.snapshot(), frame.losses_from, frame.losses.tolist(), frame.named
                )
                self._pipe.send(recorded)
            if answer:
                self._pipe.send(answer)

    # What a session calls between the iterations of a run.

    def stop_wanted(self) -> bool:
        now = time.monotonic()
        if now - self._looked < POLL_INTERVAL:  # asked after each iteration
            return self._pipe.stop_wanted
        self._looked = now
        self._watchdog.lives()
        self._pipe.poll()
        subscription = self._pipe.take_subscription()
        if subscription and self._session:
            self._subscription = subscription
            self._session.subscribe_next(subscription)
            self._pipe.acknowledged = True  # the run's next frame is the answer
        if self._session and now - self._record_sent > RECORD_INTERVAL:
            self._record_sent = now
            self._drain()
            snapshot = self._session.snapshot()
            if snapshot is not self._snapshot:  # unchanged while a search is under way
                self._snapshot = snapshot
                losses = self._session.take_losses()
                self._pipe.send(messages.Recorded(snapshot, *losses))
        return self._pipe.stop_wanted

    def between_iterations(self) -> None:
        for asked in self._pipe.take_asked():
            try:
                answer: messages.Report | None = self._reply(asked)
            except DeviceLost:
                raise
            except Exception as error:  # noqa: BLE001 - the run goes on
                answer = self._broke(asked, error)
            if answer:
                self._pipe.send(answer)

    def frame_wanted(self) -> bool:
        if not self._pace.is_due(time.monotonic()):
            return False
        self._pipe.poll()
        return self._pipe.acknowledged

    def send(self, report: messages.Report) -> None:
        if isinstance(report, messages.FrameUpdate):
            self._pipe.acknowledged = False
            self._pace.sent(time.monotonic())
        elif isinstance(report, messages.Busy) and self._session is None:
            self._loading = Loading(what=report.what)  # what the watchdog says from now on
        self._pipe.send(report)

    def _answer(self, command: messages.Command) -> messages.Report | None:
        if isinstance(command, messages.Start):
            return self._start(command)
        if isinstance(command, messages.Asked):
            return self._reply(command)
        session = self._session
        if isinstance(command, messages.Subscription):
            self._subscription = command
            return messages.FrameUpdate(session.subscribe(command)) if session else None
        if not isinstance(command, (messages.DoMove, messages.RunFree)):
            return None
        if session is None:
            return messages.Failed(notice("process:not-started"))
        if isinstance(command, messages.DoMove):
            return session.do(command)
        self._pipe.acknowledged = True
        return session.run_free(command)

    def _reply(self, asked: messages.Asked) -> messages.Answered:
        """The answer of the request's handler."""
        request = asked.request
        if self._session is None and request.needs_session:
            return messages.Answered(asked.number, error=notice("process:not-started"))
        try:
            return messages.Answered(asked.number, handler_of(request)(request, self._session))
        except (Rejected, MoveRejected) as error:
            return messages.Answered(asked.number, error=error.notice)

    def _start(self, command: messages.Start) -> messages.Report:
        self._session = None
        self._loading = Loading()
        self._pipe.send(messages.Began())
        try:
            make_session = self._load()
            self._loading = Loading(what="init")
            self._session = make_session(command.options, self._pipe, self, command.snapshot)
        except OptionError as error:
            return messages.Failed(error.notice, exit=2)
        except OwnError as error:
            for line in error.traceback:
                self._pipe.send(messages.Printed("traceback", line))
            return messages.Failed(error.notice, raised=error.raised)
        self._pipe.send(messages.Recorded(self._session.snapshot()))
        return self._session.ready

    def _broke(self, command: messages.Command, error: Exception) -> messages.Report | None:
        """Log the traceback; the answer is one line, and the session as it now is."""
        for line in traceback_lines(error):
            self._pipe.send(line)
        if isinstance(error, DeviceLost):
            return messages.Failed(error.notice)
        why = verbatim(one_line(error))
        if isinstance(command, messages.Asked):
            return messages.Answered(command.number, error=why)
        if isinstance(command, (messages.DoMove, messages.RunFree)) and self._session:
            try:
                frame = self._session.subscribe(self._subscription)
                return messages.Moved(command.number, frame, error=why)
            except Exception as second:  # noqa: BLE001 - the session is past repair
                why = notice("process:then", first=why, second=one_line(second))
        return messages.Failed(why)

    def _progress(self) -> Progress:
        return self._session.progress if self._session else self._loading

    def _drain(self) -> None:
        for line in self._log.new_lines():
            self._pipe.send(line)


def _allow_children() -> None:
    """Let the owner's ``DataLoader`` have workers, which a daemonic process may not start.

    They are forked from this process, as in its owner's program, and end with it: the forkserver's
    children would outlive it.
    """
    current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    if "fork" in get_all_start_methods() and sys.platform != "darwin":
        set_start_method("fork", force=True)


def _end_with_parent() -> None:
    """End the process at once when the app has ended, whatever torch is doing."""
    parent = parent_process()
    if parent is not None and parent.sentinel is not None:
        connections.wait([parent.sentinel])
        group.end(os.getpid())
        os._exit(0)
