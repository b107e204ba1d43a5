"""An exception that ended the app: one line on standard error, and its traceback if asked for."""

from __future__ import annotations

import os
import sys
from typing import Any

from textual.app import App
from textual.worker import WorkerFailed

from lenet_tui.terminal.textual_version import private_ok
from lenet_tui.text.clean import clean, clean_lines

CRASHED = 1
"""The exit status."""
TRACEBACK = "LENET_TUI_TRACEBACK"
"""Set in the environment: a crash prints where it happened, not only what."""


def error_of(app: App[Any], last_words: str) -> tuple[str, str] | None:
    """Name and message of the exception that ended ``app``; ``None`` if none did.

    Where Textual cannot be asked for it, they are read from the end of the traceback that Textual
    printed, ``last_words``: what follows the frame around the stack.
    """
    if private_ok():
        from lenet_tui.terminal.ui.private.crash import crash_of  # noqa: PLC0415 - may not exist

        error = crash_of(app)
        return None if error is None else named(error)
    if "╯" not in last_words:
        return None
    name, _, message = last_words.rpartition("╯")[2].strip().partition(": ")
    return name, message


def named(error: BaseException) -> tuple[str, str]:
    """Name and message of an exception, or of the one that ended a worker."""
    if isinstance(error, WorkerFailed):
        error = error.error
    return type(error).__name__, str(error)


def crashed(name: str, message: str, trace: str) -> int:
    """Print what has happened, and where if that is asked for; returns the exit status."""
    if os.environ.get(TRACEBACK):
        sys.stderr.write("\n".join((*clean_lines(trace), "")))
    message = clean(message.partition("\n")[0], 300)
    sys.stderr.write(
        f"lenet-tui: the screen broke: {name}: {message} ({TRACEBACK}=1 shows where)\n"
    )
    return CRASHED
