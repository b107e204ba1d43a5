"""Lends a terminal to a screen, a child of this process, and takes it back as it was."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from lenet_tui.process.engine.captured_output import Log, writes_to
from lenet_tui.protocol.messages import Printed
from lenet_tui.terminal.reset import modes_of, put_back
from lenet_tui.version import HOME

STANDARD = (0, 1, 2)
UNKNOWN = 256
"""The exit status of a screen that somebody else has waited for."""
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
    or minus the signal. ``words``: options of the screen. ``OSError`` where it cannot be started.
    """

    def __init__(
        self,
        path: str,
        line: int,
        ended: Callable[[int], None],
        *,
        keep_output: bool = False,
        words: Sequence[str] = (),
    ) -> None:
        self._words = words
        self.own = not path
        self._ended, self._keep = ended, keep_output
        self._lock = threading.Lock()
        self._lent = True
        self._before: list[tuple[int, int, _Stream | None]] = []
        self._keys = os.dup(0) if self.own else os.open(path, os.O_RDWR | os.O_NOCTTY)
        self._picture = os.dup(2 if self.own else self._keys)
        self._modes = modes_of(self._keys)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        try:
            self._log = Log(keep_output) if self.own else None
            self._screen = self._start(line)
        except OSError:
            os.close(self._keys)
            os.close(self._picture)
            raise
        if self._log is not None:
            self._capture(self._log)
        self._watcher = threading.Thread(target=self._watch, name="screen", daemon=True)
        self._watcher.start()

    def _start(self, line: int) -> subprocess.Popen[bytes]:
        parent = str(HOME.parent)
        words = ["attach", "--line", str(line), *self._words]
        environ = {k: v for k, v in os.environ.items() if k != "PYTHONINSPECT"}
        return subprocess.Popen(
            [sys.executable, "-c", BOOT.format(parent=parent), *words],
            stdin=self._keys, stdout=self._picture, stderr=self._picture,
            pass_fds=(line,), env=environ, start_new_session=not self.own,
        )  # fmt: skip

    @property
    def active(self) -> bool:
        """Whether the screen has this process's terminal."""
        return self.own and self._lent

    def new_lines(self) -> Iterator[Printed]:
        """What this process has written where the screen is now."""
        with self._lock:
            return iter([*self._log.new_lines()] if self._log and self._lent else ())

    def end(self) -> None:
        """Wait for the screen's end, which has been told; at last the terminal is as it was."""
        self._watcher.join(LAST)
        self._send(signal.SIGKILL)
        self._watcher.join()

    def stop(self) -> None:
        """Have the screen end."""
        self._send(signal.SIGTERM)
        self.end()

    def _send(self, number: signal.Signals) -> None:
        with self._lock:
            if self._screen.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._screen.pid, number)

    def _watch(self) -> None:
        """Wait for the screen's end; where it is stopped, by ctrl+z, so are we, for the shell."""
        try:
            while True:
                _, how = os.waitpid(self._screen.pid, os.WUNTRACED)
                if not os.WIFSTOPPED(how):
                    break
                if self.own:
                    os.kill(os.getpid(), signal.SIGSTOP)
            status = os.waitstatus_to_exitcode(how)
        except (
            ChildProcessError
        ):  # the program itself waits for any child, or wants to hear of none
            status = UNKNOWN
        with self._lock:
            self._screen.returncode = status
            self._lent = False
            put_back(self._keys, self._modes, killed=status < 0 or status == UNKNOWN)
            self._release()
            os.close(self._keys)
            os.close(self._picture)
        self._ended(status)

    def _capture(self, log: Log) -> None:
        """Send to the log what would be written to the terminal that is lent."""
        terminal = os.fstat(self._picture).st_rdev
        numbers = [n for n in STANDARD if os.isatty(n) and os.fstat(n).st_rdev == terminal]
        streams = {1: sys.stdout, 2: sys.stderr}
        for number in numbers:
            self._before.append((number, os.dup(number), _Stream.of(streams.get(number), number)))
        log.redirect(numbers)

    def _release(self) -> None:
        """Give each descriptor and stream back what it had."""
        if self._log is None:
            return
        for number, saved, stream in self._before:
            if stream is not None:
                stream.flush()
            os.dup2(saved, number)
            os.close(saved)
            if stream is not None:
                stream.put_back()
        if self._keep and (written := self._log.everything()):
            with contextlib.suppress(OSError), open(self._picture, "wb", closefd=False) as terminal:
                terminal.write(written)
        self._before = []
        self._log.close()
        self._log = None


class _Stream:
    """A stream of Python's, and what ``Log.redirect`` changes of it."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._settings = stream.encoding, stream.errors, stream.line_buffering

    @classmethod
    def of(cls, stream: object, number: int) -> _Stream | None:
        """The stream, if it writes to that descriptor."""
        found = isinstance(stream, io.TextIOWrapper) and writes_to(stream, number)
        return cls(stream) if found and isinstance(stream, io.TextIOWrapper) else None

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the program may have closed it
            self._stream.flush()

    def put_back(self) -> None:
        """Give the stream its settings again."""
        encoding, errors, by_line = self._settings
        with contextlib.suppress(OSError, ValueError):
            self._stream.reconfigure(encoding=encoding, errors=errors, line_buffering=by_line)


@contextlib.contextmanager
def deaf(lent: Callable[[], bool]) -> Iterator[None]:
    """While a screen has this process's terminal, Ctrl-C and ctrl+z are none of its business.

    ``lent``: whether it has. Without effect on any but the main thread: no other hears signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTSTP)}

    def hear(number: int, frame: FrameType | None) -> None:
        handler = before[signal.Signals(number)]
        if lent():
            return
        if callable(handler):
            handler(number, frame)
        elif handler is signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            signal.signal(number, hear)

    for number in before:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
