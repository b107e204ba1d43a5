"""What the engine is doing, as one value; ``engine_reports.after`` derives it from its reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lenet_tui.text.notice import Notice

if TYPE_CHECKING:
    from lenet_tui.protocol import messages


@dataclass(frozen=True, slots=True)
class Loading:
    """The first engine has not sent a frame yet."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine has answered and waits for a command, or works on one for a short time."""


@dataclass(frozen=True, slots=True)
class Running:
    """The engine runs freely and sends frames now and then."""


@dataclass(frozen=True, slots=True)
class Restarting:
    """A new engine has not sent a frame yet.

    ``why``: how the one before ended by itself.
    """

    why: Notice | None = None


@dataclass(frozen=True, slots=True)
class Dead:
    """The engine has ended, and no other was started. ``why``: one line, never empty.

    ``final``: no other can be started.
    """

    why: Notice
    final: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """One op, or a search of history, takes long. ``before``: the state that it began in."""

    op: messages.Busy
    before: Loading | Ready | Running | Restarting | Dead


EngineState = Loading | Ready | Running | Restarting | Dead | Busy


def calm(state: EngineState) -> Loading | Ready | Running | Restarting | Dead:
    """The state without ``Busy``: the one that a busy state began in."""
    return state.before if isinstance(state, Busy) else state


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last move ended, where it did not do what was asked: until another one is made.

    ``why``: what stopped a run, or (``rejected``) why the session is as it was.
    """

    why: Notice
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """The work that the engine has been asked for and has not finished.

    ``run``: what runs by itself, in words; ``paced``: whether its speed can be changed.
    ``phase``: the one that torch is in, as far as it is known. ``waiting``: moves in the queue.
    ``looks``: another screen makes the moves. ``passing``: a script runs on, and how far it is.
    """

    run: str = ""
    phase: str = ""
    waiting: int = 0
    paced: bool = False
    looks: bool = False
    passing: messages.Passing | None = None
