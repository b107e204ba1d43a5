"""Whether the standard streams can carry a screen, and how to leave when nobody reads."""

from __future__ import annotations

import os
import sys

from lenet_tui.text.notice import Notice, notice


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


def tolerate_any_text() -> None:
    """Write what the encoding of the output has no sign for as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


def leave_unread() -> None:
    """Nobody reads standard output any longer: whatever is still in it goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
