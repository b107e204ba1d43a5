"""Runs an app and restores the terminal as it was before, however the app ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from rich.console import Console
from textual.app import App
from textual.driver import Driver

from lenet_tui.terminal.reset import MENDING, RESET, shell_has
from lenet_tui.terminal.textual_version import private_ok
from lenet_tui.terminal.ui.crash import crashed, error_of, named
from lenet_tui.text.clean import clean

try:
    import termios
except ImportError:  # Windows: Textual restores the console's modes there
    termios = None  # type: ignore[assignment]

FORCE_AFTER = 2.0
"""Seconds from a signal until the process ends, done or not."""
TRIES = 20
SWITCH = 0.0005
"""Seconds that a thread which wants to run waits for another: keys, the pipe to the engine, saves
and what is written to the terminal have threads of their own.
"""
WRITER = "textual-output"
"""The name of Textual's thread that writes; under another name it is not interrupted."""
STARTED_AFTER = 2.0
"""Seconds without garbage collection, so that the first frame comes sooner."""

IN, OUT, LOCAL = 0, 1, 3
"""Places of a terminal's modes in what ``tcgetattr`` returns."""
SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
    if hasattr(signal, name)
)


def run(make_app: Callable[[], App[Any]], *, mend: bool = False) -> int:
    """Run an app and restore the terminal; return the exit status.

    ``mend``: first undo what an app that was killed has left in the terminal.
    It is 128 + n after signal n, and 1, with one line on standard error, if the app crashes. An
    app's attribute ``failure`` may hold a last line to print.
    """
    for stream in (sys.__stdout__, sys.__stderr__):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.setswitchinterval(SWITCH)
    if mend:
        mend_terminal()
    run = _Run()
    with run.signals():
        try:
            return run.app(make_app())
        except Exception as error:  # noqa: BLE001 - whatever it is, the terminal comes first
            run.restore(whole=True)
            return run.ending or crashed(*named(error), traceback.format_exc())


def mend_terminal() -> None:
    """Switch off the modes of an app that was killed, and have lines edited and echoed again."""
    with contextlib.suppress(OSError, AttributeError):
        os.write(sys.__stderr__.fileno(), MENDING.encode())  # type: ignore[union-attr]
    if termios and sys.__stdin__:
        with contextlib.suppress(termios.error):
            terminal = sys.__stdin__.fileno()
            modes = termios.tcgetattr(terminal)
            if not modes[LOCAL] & termios.ICANON:
                modes[IN] |= termios.ICRNL | termios.IXON | termios.BRKINT
                modes[OUT] |= termios.OPOST | termios.ONLCR
                modes[LOCAL] |= termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN
                termios.tcsetattr(terminal, termios.TCSANOW, modes)


class _Run:
    """One run of an app: the terminal's state before it, and the signal that ends it."""

    def __init__(self) -> None:
        self.ending = 0
        self._app: App[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._input = sys.__stdin__.fileno() if sys.__stdin__ else 0
        self._output = sys.__stderr__.fileno() if sys.__stderr__ else 2
        self._before: list[Any] | None = None
        if termios:
            with contextlib.suppress(termios.error):
                self._before = termios.tcgetattr(self._input)

    def app(self, app: App[Any]) -> int:
        """Run the app to its end and print its last line, if there is one."""
        self._app = app
        if termios:
            app.driver_class = _driver()
        printed = io.StringIO()
        app.error_console = Console(file=printed, markup=False, highlight=False)
        asyncio.run(self._run(app))
        last_words = printed.getvalue().strip()
        error = error_of(app, last_words)
        self.restore(whole=error is not None)
        if self.ending:
            return self.ending
        if error is not None:
            return crashed(*error, last_words)
        if line := last_words or getattr(app, "failure", ""):
            sys.stderr.write(f"lenet-tui: {clean(line)}\n")
        return app.return_code or 0

    async def _run(self, app: App[Any]) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.call_later(STARTED_AFTER, gc.enable)
        if not self.ending:
            await app.run_async()

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Have signals ask the app to end.

        Plain handlers: asyncio's own did not run while the link to the terminal was stalled.
        """
        before = {number: signal.signal(number, self._ask) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.ending:  # a lost connection sends HUP more than once, and there are saves to finish
            return
        self.ending = 128 + number
        timer = threading.Timer(FORCE_AFTER, self._force)
        timer.daemon = True
        timer.start()
        if self._loop and self._app:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the end is near
                self._loop.call_soon_threadsafe(self._app.exit, None, self.ending)

    def _force(self) -> None:
        self.restore(whole=True)
        os._exit(self.ending)

    def restore(self, whole: bool) -> None:
        """Restore the terminal; ``whole``: its modes too, which Textual has not restored.

        Leaving the alternate screen twice would move the cursor.
        """
        if whole:
            with contextlib.suppress(OSError):
                os.set_blocking(self._output, False)  # a stalled terminal must not hold us up
                self._reset(RESET.encode())
            with contextlib.suppress(OSError):
                os.set_blocking(self._output, True)
        if termios and self._before is not None and not shell_has(self._input):
            with contextlib.suppress(termios.error), _from_behind():
                termios.tcsetattr(self._input, termios.TCSANOW, self._before)

    def _reset(self, data: bytes) -> None:
        """Write ``data``; discard what waits for a terminal that does not read."""
        for _ in range(TRIES):
            with contextlib.suppress(BlockingIOError):
                if os.write(self._output, data) == len(data):
                    return
            if termios:
                _give_up_writing()
                termios.tcflush(self._output, termios.TCOFLUSH)
            time.sleep(0.01)


@contextlib.contextmanager
def _from_behind() -> Iterator[None]:
    """Let the terminal's modes be set from the background too: nobody else will do it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTTOU, before)


def _driver() -> type[Driver]:
    """The class of the driver; Windows has another."""
    if private_ok():
        from lenet_tui.terminal.ui.private.driver import TerminalDriver  # noqa: PLC0415

        return TerminalDriver
    from lenet_tui.terminal.ui.driver import PlainDriver  # noqa: PLC0415

    return PlainDriver


def _give_up_writing() -> None:
    """Interrupt Textual's thread that is in the middle of writing: no other can write meanwhile."""
    threading.excepthook = lambda _: None  # the thread ends by it, which is nothing to report
    for thread in threading.enumerate():
        if thread.name == WRITER and thread.ident:
            signal.pthread_kill(thread.ident, signal.SIGTERM)
