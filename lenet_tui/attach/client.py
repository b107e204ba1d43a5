"""The engine for a screen whose session is another's: in a person's own process, at a line."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import connection as connections
from multiprocessing.connection import Connection
from pathlib import Path

from lenet_tui.attach.places import check, check_peer, lives, sockets
from lenet_tui.attach.wire import Foreign, Hello, Leave, Welcome, connection, receive
from lenet_tui.process.patience import Patience
from lenet_tui.protocol.engine_api import OnReport
from lenet_tui.protocol.messages import Command, Ended, Report, Start
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.protocol.sent_rows import SentRows
from lenet_tui.text.notice import Notice, Problem, notice

PATIENCE = 5.0
"""Seconds for a host's answer: its process may be at work."""
ENDING = 2.0
"""Seconds for a process that has hung up to be gone: its files are closed before it is."""
LOOK_EACH = 0.25
"""Seconds between two looks at whether the program is still there, and has been heard."""


RUNS_AGAIN = frozenset(
    {"skip", "do", "vector", "edit-number", "draw", "parity", "evaluate", "reverse-continue"}
)
"""Commands that a session refuses which is only looked at."""


class NotReached(Problem):
    """There is no session to be had; one line."""


@dataclass(frozen=True)
class Found:
    """A session's socket, and what its host says; ``None``: it does not answer."""

    path: Path
    welcome: Welcome | None

    @property
    def name(self) -> str:
        """What it is attached by."""
        return self.path.stem


def all_sessions() -> Iterator[Found]:
    """Every session of this user that waits with a screen; ``Refused`` as ``places.sockets``."""
    for path in sockets():
        try:
            line, welcome = reach(path, looks=True)
        except ConnectionRefusedError:  # its process has another's number
            path.unlink(missing_ok=True)
        except NotReached:
            yield Found(path, None)
        except FileNotFoundError:
            continue
        else:
            line.close()
            yield Found(path, welcome)


def reach(path: Path, looks: bool = False) -> tuple[Connection, Welcome]:
    """A line to the host at a socket.

    ``Refused`` where the socket is not the user's alone, ``NotReached`` where nobody answers.
    """
    check(path)
    end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        end.connect(str(path))
        check_peer(end)
    except BaseException:
        end.close()
        raise
    line = connection(end)
    return line, greeted(line, path.stem, looks)


def greeted(line: Connection, name: str, looks: bool = False) -> Welcome:
    """The host's answer to the first words."""
    try:
        line.send(Hello(looks=looks))
        welcome = receive(line) if line.poll(PATIENCE) else None
    except (EOFError, OSError):
        welcome = None
    except Foreign:
        line.close()
        raise
    if not isinstance(welcome, Welcome):
        line.close()
        raise NotReached("attach:no-answer", name=name)
    if welcome.version != Hello().version:
        line.close()
        raise NotReached("attach:other-version", name=name, version=welcome.version)
    return welcome


class AttachedEngine:
    """An ``Engine`` that is reached by a line: it can be looked at and led, and not replaced.

    ``on_report`` is called on another thread, one report at a time and in order.
    """

    def __init__(self, line: Connection, welcome: Welcome, on_report: OnReport) -> None:
        self._line, self._welcome, self._on_report = line, welcome, on_report
        self._sending = threading.Lock()
        self._closed = False
        self._patience = Patience()
        threading.Thread(target=self._read, name="engine", daemon=True).start()

    def send(self, command: Command) -> None:
        if isinstance(command, Start) and command.snapshot is not None:
            return  # a saved session is another's
        self._patience.sent(command)
        self._send(command)

    def refusal(self, command: str) -> Notice | None:
        """Why a command of the table is not offered here; ``None``: it is."""
        if command in self._welcome.refuses:
            again = command in RUNS_AGAIN
            return notice("attach:looked-at") if again else notice("attach:own-process")
        return None

    def restart(self) -> None:
        """A person's own process is not started again."""

    def resume(self, saved: SavedSession, path: Path) -> None:
        """There is a session already."""

    def set_aside(self) -> None:
        """There is one session, and no other beside it."""

    def restore(self) -> None:
        """The session has never been set aside."""

    def close(self) -> None:
        """Report nothing any longer; ``leave`` or ``hang_up`` are for when the screen is gone."""
        self._closed = True

    def leave(self) -> None:
        """The person has left the screen: the program goes on."""
        self._send(Leave())
        self.hang_up()

    def hang_up(self) -> None:
        """Cut the line; the program waits for another screen."""
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._line.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)

    def _send(self, message: Command | Leave) -> None:
        with contextlib.suppress(OSError), self._sending:  # the reader meets the end, too
            self._line.send(message)

    def _read(self) -> None:
        rows = SentRows()
        why = notice("attach:cut", name=self._welcome.name)
        try:
            while True:
                while not connections.wait([self._line], LOOK_EACH):
                    if not lives(self._welcome.pid):
                        raise EOFError  # a child of its own holds the line
                    if silent := self._patience.over():
                        self._report(silent)
                report: Report = rows.whole(receive(self._line))
                if isinstance(report, Ended):
                    why = report.error
                    break
                self._patience.heard(report)
                self._report(report)
        except (EOFError, OSError):
            if _ends(self._welcome.pid):
                why = notice("attach:ended")
        except Problem as error:
            why = error.notice
        self._report(Ended(why))

    def _report(self, report: Report) -> None:
        if not self._closed:
            self._on_report(report)


def _ends(pid: int) -> bool:
    """Whether a process that has hung up has ended."""
    until = time.monotonic() + ENDING
    while lives(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
