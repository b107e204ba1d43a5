"""Where the screen of a session in this process is to be: on its own terminal, or elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lenet_tui.attach.places import SYSTEM
from lenet_tui.terminal.reset import in_front
from lenet_tui.text.notice import Notice, Problem, notice

VARIABLE = "LENET_TUI_TTY"
"""The environment variable that sends the screen elsewhere: the path of a terminal opens it there;
``wait``, or a name of the person's own, has the program wait for ``lenet-tui attach``.
"""
WAIT = "wait"


class Kind(Enum):
    """``HERE``: on this process's terminal. ``TERMINAL``: on another, by its path. ``WAITING``: it
    is awaited. ``NOWHERE``: there can be none.
    """

    HERE = "here"
    TERMINAL = "terminal"
    WAITING = "waiting"
    NOWHERE = "nowhere"


class NoTerminal(Problem):
    """``LENET_TUI_TTY`` names a terminal that cannot be used; one line."""


@dataclass(frozen=True)
class Place:
    """``terminal``: its path. ``name``: the session's, as the person wants it. ``why``: why there
    can be no screen.
    """

    kind: Kind
    terminal: str = ""
    name: str = ""
    why: Notice | None = None


def place(environ: Mapping[str, str] = os.environ) -> Place:
    """Where the screen is to be; ``NoTerminal`` where what the person asks for cannot be."""
    if not SYSTEM:
        return Place(Kind.NOWHERE, why=notice("attach:system"))
    asked = environ.get(VARIABLE, "")
    if "/" in asked:
        _check(asked)
        return Place(Kind.TERMINAL, terminal=asked)
    if asked:
        return Place(Kind.WAITING, name="" if asked == WAIT else asked)
    for name, stream in (("stdin", sys.__stdin__), ("stderr", sys.__stderr__)):
        if not _is_terminal(stream):
            return Place(Kind.NOWHERE, why=notice("attach:no-terminal", stream=name))
    if environ.get("TERM") == "dumb":
        return Place(Kind.NOWHERE, why=notice("attach:dumb"))
    if not in_front(0):
        return Place(Kind.WAITING)
    return Place(Kind.HERE)


def _check(path: str) -> None:
    try:
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
    except OSError as error:
        reason = error.strerror or str(error)
        raise NoTerminal("attach:tty-unusable", path=path, why=reason) from None
    try:
        if not os.isatty(terminal):
            raise NoTerminal("attach:tty-none", path=path)
    finally:
        os.close(terminal)


def _is_terminal(stream: object) -> bool:
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined]
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False


def say(message: Notice, environ: Mapping[str, str] = os.environ) -> None:
    """Write a line to standard error, in the language of the locale."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environ[name] for name in names if environ.get(name)), "")
    column = int(locale.lower().startswith("zh"))
    if sys.stderr is not None:
        sys.stderr.write(f"lenet-tui: {message.text(column)}\n")
        sys.stderr.flush()


def script_path() -> str:
    """The script that this process runs; of ``python -c`` and the like: ``python``."""
    script = sys.argv[0] if sys.argv else ""
    return str(Path(script).absolute()) if script and Path(script).is_file() else "python"
