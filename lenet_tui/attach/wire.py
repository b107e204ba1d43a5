"""What crosses the line between a host and a screen: plain values, and no other class is read.

The other end is the same user's, and still a stranger: what it sends names no class and no function
but the frozen values of this package and what an array of numbers is made of.
"""

from __future__ import annotations

import io
import pickle
import socket
from dataclasses import dataclass, is_dataclass
from enum import Enum
from multiprocessing.connection import Connection
from typing import Any

from lenet_tui import __version__
from lenet_tui.protocol.options import Options
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

LARGEST = 2**30
"""Bytes of one message."""
_NUMPY = {
    *(("numpy", name) for name in ("ndarray", "dtype")),
    *(
        (f"numpy.{core}.{module}", name)
        for core in ("core", "_core")
        for module, name in (
            *(("multiarray", name) for name in ("_reconstruct", "scalar")),
            ("numeric", "_frombuffer"),
        )
    ),
}
_APART = {"engine", "ui", "cli"}


class Foreign(Problem):
    """What came is not what the other end may send."""


@dataclass(frozen=True)
class Hello:
    """A screen's first words. ``looks``: it only wants to be told what there is."""

    version: str = __version__
    looks: bool = False


@dataclass(frozen=True)
class Welcome:
    """A host's answer: its session's ``name`` and ``title``, the ``script`` and its process's
    ``pid``, where it is (``at``), and since when it waits there, in seconds of the epoch.

    ``refuses``: commands that the screen does not offer. ``screens``: how many there are already.
    """

    name: str
    title: str
    script: str
    pid: int
    at: str
    since: float
    options: Options
    refuses: frozenset[str] = frozenset()
    screens: int = 0
    version: str = __version__


@dataclass(frozen=True)
class Leave:
    """A screen's last words: the person has left it."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _NUMPY:
            return super().find_class(module, name)
        top, *inner = module.split(".")
        if top == "lenet_tui" and inner and not _APART.intersection(inner) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
                return found
        raise Foreign("attach:not-plain", what=clean(f"{module}.{name}", 200))


def read(data: bytes) -> Any:
    """The value in ``data``; ``Foreign`` where it is none that may cross, or is damaged."""
    try:
        return _Unpickler(io.BytesIO(data)).load()
    except Foreign:
        raise
    except Exception as error:  # noqa: BLE001 - damaged data raises what it likes
        raise Foreign("attach:makes-no-sense", why=clean(str(error), 200)) from None


def receive(line: Connection) -> Any:
    """The next value; ``EOFError`` or ``OSError`` where the line has ended."""
    return read(line.recv_bytes(LARGEST))


def connection(of: socket.socket) -> Connection:
    """The socket as a connection, which owns its descriptor from now on."""
    of.setblocking(True)
    return Connection(of.detach())
