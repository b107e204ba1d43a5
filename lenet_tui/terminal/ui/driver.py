"""Textual's driver for a terminal, which also reports what the terminal has taken."""

from __future__ import annotations

import os
import sys
from time import monotonic, sleep
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from lenet_tui.terminal.flow_control import FlowControl

QUERY = "\x1b[?2026$p"
"""A query that Textual makes too, so that it knows the answer."""
LAST_ANSWER = 1.0
"""Seconds to wait for it before the shell gets the terminal, which would take it for keys."""


class TimedFile:
    """The file that Textual's thread writes to; reports how long the terminal took."""

    def __init__(self, file: IO[str], flow: FlowControl) -> None:
        self._file, self._flow = file, flow
        self._count, self._seconds = 0, 0.0

    def write(self, text: str) -> None:
        began = monotonic()
        self._file.write(text)
        self._count += len(text)
        self._seconds += monotonic() - began

    def flush(self) -> None:
        began = monotonic()
        self._file.flush()
        self._flow.handed(self._count, self._seconds + monotonic() - began)
        self._count, self._seconds = 0, 0.0

    def fileno(self) -> int:
        return self._file.fileno()


class FlowDriver(LinuxDriver):
    """Has the ``FlowControl`` of its app, if that has one, and reports what is written."""

    def __init__(self, app: Any, **kwargs: Any) -> None:
        self.flow: FlowControl = getattr(app, "flow", None) or FlowControl()
        file = sys.__stderr__
        sys.__stderr__ = TimedFile(file, self.flow)  # type: ignore[assignment, arg-type, misc]
        try:
            super().__init__(app, **kwargs)
        finally:
            sys.__stderr__ = file  # type: ignore[misc]

    def write(self, data: str) -> None:
        """Hand ``data`` to Textual's thread that writes."""
        self.flow.wrote(len(data))
        super().write(data)

    def flush(self) -> None:
        """Something has been painted."""
        super().flush()
        self.flow.painted()

    def disable_input(self) -> None:
        """Read no longer, once the last query is answered."""
        until = monotonic() + LAST_ANSWER
        while self.flow.waiting and monotonic() < until:
            sleep(0.002)
        self.flow.close()
        super().disable_input()


class PlainDriver(FlowDriver):
    """Reports to the ``FlowControl`` by public means of Textual."""

    def start_application_mode(self) -> None:
        """Take the terminal; Textual makes the first query by itself."""
        if os.environ.get("TERM_PROGRAM") != "Apple_Terminal":  # it shows a part of the query
            self.flow.start(lambda: self.write(QUERY), asked=True)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def process_message(self, message: Message) -> None:
        """Take what the terminal has sent."""
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            self.flow.answered()
        else:
            self.flow.read()
        super().process_message(message)
