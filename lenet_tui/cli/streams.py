"""Whether the standard streams can carry a screen, and how to leave when nobody reads."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lenet_tui.cli.options import CommandError
from lenet_tui.text.notice import Notice, notice

STANDARD = (0, 1, 2)
FAILED = 1
UNREAD = 141
"""What a program that SIGPIPE ends leaves behind."""


class ClosedOutput(io.TextIOBase):
    """Takes the place of a standard output that is closed: what would write to it ends."""

    def write(self, text: str) -> int:
        raise CommandError("cli:closed", FAILED, stream="stdout")


def occupy_closed() -> None:
    """Give the numbers of closed standard streams to the null device.

    Otherwise the next file or pipe that is opened would get such a number, and what a program
    prints would be written there.
    """
    for number in STANDARD:
        try:
            os.fstat(number)
        except OSError:  # the lowest free number is this one
            opened = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(opened, True)
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end


def check_output() -> None:
    """Raise ``CommandError`` where nothing can be printed, before anything is computed."""
    if isinstance(sys.stdout, ClosedOutput):
        sys.stdout.write("")


def no_screen() -> Notice | None:
    """Why no screen can be drawn here, in a few words; ``None`` if it can.

    Keys come from standard input, and the screen is drawn on standard error.
    """
    for name, stream in (("stdin", sys.__stdin__), ("stderr", sys.__stderr__)):
        try:
            if stream is None or not stream.isatty():
                return notice("cli:no-terminal", stream=name)
        except ValueError:
            return notice("cli:closed", stream=name)
    if os.environ.get("TERM") == "dumb":
        return notice("cli:dumb")
    return None


def tolerate_any_text() -> Callable[[], None]:
    """Write what the encoding of the output has no sign for as a question mark.

    Returns what has the streams be as before.
    """
    before = []
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            before.append((reconfigure, stream.errors))
            reconfigure(errors="replace")

    def as_before() -> None:
        for reconfigure, errors in before:
            reconfigure(errors=errors)

    return as_before


def leave_unread() -> None:
    """Nobody reads standard output any longer: whatever is still in it goes nowhere."""
    _nowhere(1)


def _nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def leave_gone() -> None:
    """Of the two outputs, whatever is still in one that nobody reads any longer goes nowhere."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            _nowhere(number)
