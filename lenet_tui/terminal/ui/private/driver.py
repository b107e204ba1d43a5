"""Textual's driver for a terminal that may be stopped, hang up, or send what is no UTF-8.

Without it Textual's own driver is used, which such a terminal may end.
"""

from __future__ import annotations

import codecs
import os
import selectors
import signal
import threading
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.keys import Keys

from lenet_tui.terminal.ui.driver import FlowDriver

SECONDS = 0.1
"""How long to wait for keys before looking whether the end has come."""
QUERY, ANSWER = "\x1b[5n", "\x1b[0n"
"""Whether all is well, and that it is (Device Status Report): terminals have known it for 40
years, where few know of modes.
"""


class Parser(XTermParser):
    """Calls ``answered`` for each answer to ``QUERY``, which would otherwise come as keys."""

    def __init__(self, debug: bool, answered: Callable[[], None]) -> None:
        super().__init__(debug)
        self._answered = answered

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if sequence == ANSWER:
            self._answered()
            return (Key(Keys.Ignore, sequence),)
        return super()._sequence_to_key_events(sequence, alt)


class TerminalDriver(FlowDriver):
    """Does four things that Textual's own driver does not.

    It reports to its ``FlowControl``. Bytes that are no UTF-8 become replacement characters; they
    would end the app. A terminal that has gone counts as the signal HUP. After STOP and CONT the
    terminal is set up again, as after TSTP and CONT, because the shell used it meanwhile. That
    waits for the event loop's turn: when the signal's handler runs, the loop may be anywhere, even
    in the middle of writing.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._away = False

    def start_application_mode(self) -> None:
        """Take the terminal, unless it is another's because we are in the background."""
        writer = self._writer_thread
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not writer:
            self.flow.start(lambda: self.write(QUERY))

    # Stopped and continued

    def _sigtstp_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._go_on)

    def _stop(self) -> None:
        """Stop as without a handler, which the kernel does only where a shell could continue us."""
        self._leave()
        ours = {n: signal.signal(n, signal.SIG_DFL) for n in (signal.SIGTSTP, signal.SIGCONT)}
        signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
        for number, handler in ours.items():
            signal.signal(number, handler)
        self._go_on()

    def _go_on(self) -> None:
        if not self._auto_restart:
            return
        self._leave()
        self._away, self._must_signal_resume = False, True
        writer = self._writer_thread
        self.start_application_mode()
        self._away = self._writer_thread is writer  # in the background: stopped once more

    def _leave(self) -> None:
        if self._auto_restart and not self._away:
            self.suspend_application_mode()
            self._away = True

    def write(self, data: str) -> None:
        """Write to the terminal while it is ours."""
        if not self._away:
            super().write(data)

    # Keys

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - it is raised again where it ends the app
            self._app.call_later(_raise, error)

    def run_input_thread(self) -> None:
        """Wait for keys and pass them to the app until it ends."""
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        parser = Parser(self._debug, self.flow.answered)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(SECONDS):
                    data = self._read()
                    if not data:
                        self.flow.close()
                        os.kill(os.getpid(), signal.SIGHUP)
                        return
                    self.flow.read()
                    if text := decode(data):
                        for event in parser.feed(text):
                            self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    def _read(self) -> bytes:
        """Return the bytes that have come; none if the terminal has gone."""
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""


def _raise(error: Exception) -> NoReturn:
    raise error
