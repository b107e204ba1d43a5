"""How a host was left."""

from __future__ import annotations

from enum import Enum


class Left(Enum):
    """How the screens were left.

    ``ON``: a person left, so that the program goes on. ``QUIT``: a person asked for the program's
    end. ``DIED``: the screen's process ended by itself; the program goes on. ``FAILED``: there was
    no session, and the screen has said why. ``NOWHERE``: there is no terminal for a screen.
    """

    ON = "on"
    QUIT = "quit"
    DIED = "died"
    FAILED = "failed"
    NOWHERE = "nowhere"
