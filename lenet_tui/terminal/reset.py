"""What leaves a terminal as a person's shell wants it, after an app that could not do so itself."""

from __future__ import annotations

import contextlib
import os
import select
from typing import Any

try:
    import termios
except ImportError:  # Windows
    termios = None  # type: ignore[assignment]

RESET = "".join(
    (
        "\x1b[?2026l",  # synchronised output ends
        *(f"\x1b[?{mode}l" for mode in (1000, 1002, 1003, 1006, 1015, 1016)),  # no mouse
        "\x1b[?1004l",  # no focus reports
        "\x1b[?2004l",  # no bracketed paste
        "\x1b[?2048l",  # no resize reports
        "\x1b[<u",  # the keyboard protocol that was there before (kitty)
        "\x1b[?1049l",  # the screen that was there before
        "\x1b[?7h\x1b[?25h\x1b[0m",  # lines wrap, the cursor shows, colours are plain
    )
)
MENDING = f"\x1b7{RESET}"
"""The same where perhaps nothing is to be undone: leaving the alternate screen restores the cursor
from anywhere, so it is saved first.
"""
PATIENCE = 1.0
"""Seconds for a terminal that does not read."""

LOCAL = 3
"""The place of the local modes in what ``tcgetattr`` returns."""
Modes = list[Any]


def modes_of(terminal: int) -> Modes | None:
    """The line discipline of a terminal, to be set again; ``None`` where it is none."""
    if termios:
        with contextlib.suppress(termios.error):
            return termios.tcgetattr(terminal)
    return None


def in_front(terminal: int) -> bool:
    """Whether the terminal's keys are ours; ``True`` where it is not the one that controls us."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except (OSError, AttributeError):
        return True


def shell_has(terminal: int) -> bool:
    """Whether a shell has taken the terminal from us and set its own modes: those have signals."""
    modes = modes_of(terminal)
    return modes is not None and not in_front(terminal) and bool(modes[LOCAL] & termios.ISIG)


def put_back(terminal: int, modes: Modes | None, *, killed: bool) -> None:
    """Set a terminal's modes again; ``killed``: what used it has not left its screen."""
    if killed:
        with contextlib.suppress(OSError):
            if termios and not select.select([], [terminal], [], PATIENCE)[1]:
                termios.tcflush(terminal, termios.TCOFLUSH)
            os.write(terminal, MENDING.encode())
    if termios and modes is not None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSANOW, modes)
