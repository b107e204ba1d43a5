"""Lends a terminal to a screen, a child of this process, and takes it back as it was."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import lenet_tui
from lenet_tui.process.engine.captured_output import Log, writes_to
from lenet_tui.protocol.messages import Printed
from lenet_tui.terminal.reset import modes_of, put_back

STANDARD = (0, 1, 2)
LAST = 5.0
"""Seconds for a screen that has been left, until it is killed."""
BOOT = """import sys
sys.path[:1] = []
if {parent!r} not in sys.path: sys.path.append({parent!r})
from lenet_tui.cli.main import main
main()"""
"""What the screen's process runs: nothing is imported from the script's working directory."""


class Loan:
    """The terminal ``path``, or with none the one of this process, while a screen has it.

    On one's own terminal what this process writes there goes to ``log``, until the screen ends.
    ``ended`` is called then, on a thread of its own, with how the process ended: its exit status,
    or minus the signal. ``OSError`` where the screen cannot be started.
    """

    def __init__(
        self, path: str, line: int, ended: Callable[[int], None], *, keep_output: bool = False
    ) -> None:
        self.own = not path
        self._ended, self._keep = ended, keep_output
        self._lock = threading.Lock()
        self._lent = True
        self._log: Log | None = None
        self._before: list[tuple[int, int, dict[str, Any] | None]] = []
        self._keys = os.dup(0) if self.own else os.open(path, os.O_RDWR | os.O_NOCTTY)
        self._picture = os.dup(2 if self.own else self._keys)
        self._modes = modes_of(self._keys)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        try:
            self._screen = self._start(line)
        except OSError:
            os.close(self._keys)
            os.close(self._picture)
            raise
        if self.own:
            self._capture()
        self._watcher = threading.Thread(target=self._watch, name="screen", daemon=True)
        self._watcher.start()

    def _start(self, line: int) -> subprocess.Popen[bytes]:
        parent = str(Path(lenet_tui.__file__).parents[1])
        words = ["attach", "--line", str(line)]
        environ = {k: v for k, v in os.environ.items() if k != "PYTHONINSPECT"}
        return subprocess.Popen(
            [sys.executable, "-c", BOOT.format(parent=parent), *words],
            stdin=self._keys, stdout=self._picture, stderr=self._picture,
            pass_fds=(line,), env=environ, start_new_session=not self.own,
        )  # fmt: skip

    @property
    def active(self) -> bool:
        """Whether the screen has the terminal."""
        return self._lent

    def new_lines(self) -> Iterator[Printed]:
        """What this process has written where the screen is now."""
        with self._lock:
            return iter([*self._log.new_lines()] if self._log and self._lent else ())

    def end(self) -> None:
        """Wait for the screen's end, which has been told; at last the terminal is as it was."""
        try:
            self._screen.wait(LAST)
        except subprocess.TimeoutExpired:
            self._screen.kill()
        self._watcher.join()

    def stop(self) -> None:
        """Have the screen end."""
        with contextlib.suppress(OSError):
            self._screen.terminate()
        self.end()

    def _watch(self) -> None:
        status = self._screen.wait()
        with self._lock:
            self._lent = False
            put_back(self._keys, self._modes, killed=status < 0)
            self._release()
            os.close(self._keys)
            os.close(self._picture)
        self._ended(status)

    def _capture(self) -> None:
        """Send to the log what would be written to the terminal that is lent."""
        terminal = os.fstat(self._picture).st_rdev
        numbers = [n for n in STANDARD if os.isatty(n) and os.fstat(n).st_rdev == terminal]
        streams = {1: sys.stdout, 2: sys.stderr}
        for number in numbers:
            self._before.append((number, os.dup(number), _settings(streams.get(number), number)))
        self._log = Log()
        self._log.redirect(numbers)

    def _release(self) -> None:
        """Give each descriptor and stream back what it had."""
        if self._log is None:
            return
        streams = {1: sys.stdout, 2: sys.stderr}
        for number, saved, settings in self._before:
            stream = streams.get(number)
            if settings is not None and isinstance(stream, io.TextIOWrapper):
                stream.flush()
            os.dup2(saved, number)
            os.close(saved)
            if settings is not None and isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(**settings)
        if self._keep and (written := self._log.everything()):
            with contextlib.suppress(OSError):
                os.write(self._picture, written)
        self._before = []
        self._log.close()
        self._log = None


def _settings(stream: object, number: int) -> dict[str, Any] | None:
    """What ``Log.redirect`` changes of a stream; ``None``: it writes elsewhere."""
    if not isinstance(stream, io.TextIOWrapper) or not writes_to(stream, number):
        return None
    names = ("encoding", "errors", "line_buffering")
    return {name: getattr(stream, name) for name in names}


@contextlib.contextmanager
def deaf(loan: Loan) -> Iterator[None]:
    """While the screen has this process's terminal, Ctrl-C is none of its business.

    Without effect on another than the main thread, which hears no signals.
    """
    if not loan.own or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def hear(number: int, frame: FrameType | None) -> None:
        if loan.active:
            return
        if callable(before):
            before(number, frame)
        elif before is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
