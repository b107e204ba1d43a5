"""Textual's driver for a terminal, which also reports what the terminal has taken."""

from __future__ import annotations

import os
from time import monotonic, sleep
from typing import Any

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from lenet_tui.terminal.flow_control import FlowControl

QUERY = "\x1b[?2026$p"
"""A query that Textual makes too, so that it knows the answer."""
LAST_ANSWER = 1.0
"""Seconds to wait for it before the shell gets the terminal, which would take it for keys."""


class FlowDriver(LinuxDriver):
    """Has the ``FlowControl`` of its app, if that has one."""

    def __init__(self, app: Any, **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self.flow: FlowControl = getattr(app, "flow", None) or FlowControl()

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

    def write(self, data: str) -> None:
        """Hand ``data`` to Textual's thread that writes, which may have to wait for it."""
        began = monotonic()
        super().write(data)
        self.flow.wrote(len(data))
        self.flow.handed(len(data), monotonic() - began)

    def process_message(self, message: Message) -> None:
        """Take what the terminal has sent."""
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            self.flow.answered()
        else:
            self.flow.read()
        super().process_message(message)
