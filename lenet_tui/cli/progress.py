"""One line on standard error that shows how far a long run has come."""

from __future__ import annotations

import os
import sys
import time

from lenet_tui.cli.options import LANGUAGE, complain
from lenet_tui.protocol.options import LANGUAGES
from lenet_tui.text.durations import duration
from lenet_tui.text.notice import Notice, notice
from lenet_tui.text.numbers import ascii_text, thousands

AFTER = 2.0
"""Seconds that a run takes before anything is shown."""


class Progress:
    """Shows the iterations of one run after another.

    A terminal's line is written anew; elsewhere a line is added, after twice as long each time.
    """

    def __init__(self) -> None:
        self._goal = self._from = 0
        self._began = self._next = 0.0
        self._on_screen = False

    def begin(self, iteration: int, goal: int) -> None:
        """A run from one iteration to another begins."""
        self._from, self._goal = iteration, goal
        self._began, self._next = time.monotonic(), AFTER

    def show(self, iteration: int) -> None:
        """The run has come to ``iteration``."""
        seconds = time.monotonic() - self._began
        if seconds < self._next or iteration <= self._from:
            return
        left = (self._goal - iteration) * seconds / (iteration - self._from)
        line = notice(
            "cli:under-way",
            n=thousands(iteration),
            goal=thousands(self._goal),
            left=duration(left),
        )
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            self._rewrite(line)
        else:
            self._next = 2 * seconds
            complain(line)

    def clear(self) -> None:
        """Take the line off a terminal, before another is written."""
        if self._on_screen:
            self._on_screen = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _rewrite(self, line: Notice) -> None:
        text = line.text(LANGUAGES.index(LANGUAGE.get()))
        sys.stderr.write(f"\r\x1b[K{ascii_text(text)}")
        sys.stderr.flush()
        self._on_screen = True
