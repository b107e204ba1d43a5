"""Where screens come in: the socket of a session, and what is said before a screen has its seat."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from weakref import WeakSet

from lenet_tui.attach.places import Refused, check_peer, new_socket
from lenet_tui.attach.wire import Foreign, Hello, Welcome, connection, receive

PATIENCE = 5.0
"""Seconds for a screen's first words."""

_open: WeakSet[socket.socket | Connection] = WeakSet()
"""What a forked child must not hold open: it would keep a screen waiting for a program that ended.
"""


class Door:
    """Listens under ``name`` and lets screens in: ``enter`` gets the line of each.

    ``welcome`` says what there is. ``Refused`` where no socket can be had.
    """

    def __init__(
        self, name: str, welcome: Callable[[], Welcome], enter: Callable[[Connection], None]
    ) -> None:
        self._welcome, self._enter = welcome, enter
        self._listener, self.path = new_socket(name)
        self._closed = False
        _open.add(self._listener)
        self._thread = threading.Thread(target=self._accept, name="door", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let nobody in any longer."""
        self._closed = True
        _remove(self.path)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._thread.join(PATIENCE)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            try:
                check_peer(line)
            except (Refused, OSError):
                line.close()
                continue
            greet(connection(line), self._welcome, self._enter)


def greet(
    line: Connection,
    welcome: Callable[[], Welcome],
    enter: Callable[[Connection], None],
    patience: float | None = PATIENCE,
) -> None:
    """Hear a screen's first words, on a thread, and answer; ``enter``: it wants to stay.

    ``patience``: seconds for them; ``None``: as long as the line holds.
    """

    def talk() -> None:
        try:
            hello = receive(line) if line.poll(patience) else None
            if not isinstance(hello, Hello):
                line.close()
                return
            answer = welcome()
            line.send(answer)
            if hello.looks or hello.version != answer.version:
                line.close()
                return
        except (EOFError, OSError, Foreign):
            line.close()
            return
        enter(line)

    _open.add(line)
    threading.Thread(target=talk, name="greeting", daemon=True).start()


def pair() -> tuple[Connection, socket.socket]:
    """A line to a child: this end of it, and the one that the child inherits."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return connection(ours), theirs


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _forked() -> None:
    for line in list(_open):
        with contextlib.suppress(OSError):
            line.close()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
