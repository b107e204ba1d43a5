"""A real command in a pseudo-terminal: keys in, the screen read back with pyte."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyte

from tests.harness.torch_template_client import ADDRESS

if TYPE_CHECKING:
    from typing_extensions import Self

ROOT = Path(__file__).parents[2]
SHARED_TORCH = Path(__file__).parent / "shared_torch"
APP = [sys.executable, "-m", "lenet_tui"]
DEADLINE = 60.0
"""Seconds to wait for anything: far more than it takes, as machines may be busy."""

STATE = tempfile.TemporaryDirectory(prefix="lenet-tui-tests-")
"""Where the apps of a test run save their sessions."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "f5": "\x1b[15~",
    "f10": "\x1b[21~",
    "f11": "\x1b[23~",
}
ANSWERS = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[5n": b"\x1b[0n"}
"""Where the cursor is, and that all is well."""
# pyte takes a private CSI with a final 'u' (the kitty keyboard protocol) for "restore cursor".
_KITTY = re.compile(rb"\x1b\[[<>=?][0-9;]*u")


class Answers:
    """What a terminal sends back that knows these queries; one may come in two parts."""

    def __init__(self, known: Mapping[bytes, bytes]) -> None:
        self._known = known
        self._pattern = re.compile(b"|".join(map(re.escape, known)) or b"(?!)")
        self._rest = b""

    def to(self, data: bytes) -> bytes:
        """The answers to the queries in ``data``."""
        data, end, answers = self._rest + data, 0, b""
        for query in self._pattern.finditer(data):
            answers += self._known[query[0]]
            end = query.end()
        self._rest = data[end:][-10:]
        return answers


class Terminal:
    """``command`` with its standard streams on a pseudo-terminal of ``size`` (columns, rows).

    ``received`` holds all bytes it has sent. Ends the command when closed. The command leads a
    session of its own and the terminal controls it, as under a terminal emulator. ``own_torch``:
    its engine's forkserver is not taken from ``torch_template``; for tests of processes.
    """

    def __init__(
        self,
        command: Sequence[str] = APP,
        *,
        size: tuple[int, int] = (120, 40),
        term: str = "xterm-256color",
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        own_torch: bool = False,
    ) -> None:
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = bytearray()
        self._answers = Answers(ANSWERS)
        self.master, self.slave = os.openpty()
        self._set_size(columns, rows)
        self.attributes = termios.tcgetattr(self.slave)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            list(command),
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            cwd=cwd,
            env=environment(term, env, own_torch=own_torch),
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - one system call, no Python lock in it
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, *keys: str) -> None:
        """Press keys: names of ``KEYS``, ``ctrl+x``, or text as it is."""
        for key in keys:
            data = KEYS.get(key, key)
            if key.startswith("ctrl+"):
                data = chr(ord(key[5:].upper()) & 0x1F)
            self.type(data.encode())

    def type(self, data: bytes) -> None:
        """Send bytes as they are."""
        os.write(self.master, data)

    def read(self, seconds: float = 0.1) -> bytes:
        """Take in what is sent within ``seconds``; returns it."""
        new = bytearray()
        until = time.monotonic() + seconds
        while True:
            left = max(until - time.monotonic(), 0)
            if not select.select([self.master], [], [], left)[0]:
                break
            try:
                data = self.take()
            except OSError:  # EIO: nobody has the other end open
                break
            if not data:
                break
            new += data
        return self.show(bytes(new))

    def take(self) -> bytes:
        """Wait for bytes and answer their queries, without putting them on the screen."""
        data = os.read(self.master, 65536)
        if answer := self._answers.to(data):
            os.write(self.master, answer)
        return data

    def show(self, data: bytes) -> bytes:
        """Put on the screen what has come; returns it."""
        self.received += data
        self._stream.feed(_KITTY.sub(b"", data))
        return data

    def settle(self, quiet: float = 0.4) -> bytes:
        """Read until nothing has come for ``quiet`` seconds; returns what came."""
        new = b""
        while data := self.read(quiet):
            new += data
        return new

    @property
    def text(self) -> str:
        """The screen, a line for each row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(
        self, wanted: str | re.Pattern[str] | Callable[[str], Any], seconds: float = DEADLINE
    ) -> str:
        """Read until the screen holds ``wanted``; returns the screen's text.

        ``AssertionError`` with the screen in it if that does not happen in time.
        """
        until = time.monotonic() + seconds
        while not _found(wanted, self.text):
            if time.monotonic() > until or (self.process.poll() is not None and not self.read(0)):
                raise AssertionError(f"{wanted!r} never came; the screen:\n{self.text}")
            self.read(0.05)
        return self.text

    def wait(self, seconds: float = DEADLINE) -> int:
        """Read until the command ends; returns its exit status (-N: ended by signal N)."""
        until = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > until:
                raise AssertionError(f"the command never ended; the screen:\n{self.text}")
            self.read(0.02)
        self.read(0.05)
        return self.process.returncode

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for fd in (self.master, self.slave):
            with contextlib.suppress(OSError):
                os.close(fd)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def environment(
    term: str = "xterm-256color", env: Mapping[str, str] | None = None, *, own_torch: bool = False
) -> dict[str, str]:
    """A plain terminal's environment: no colour overrides, one torch thread, a state of its own,
    and settings of its own: a run is flat out.

    ``own_torch``: without the torch that a test run shares.
    """
    shared = ADDRESS in os.environ and not own_torch
    path = [ROOT, SHARED_TORCH] if shared else [ROOT]
    drop = ("NO_COLOR", "COLORTERM", "FORCE_COLOR", "COLUMNS", "LINES", "TEXTUAL", "LC_ALL", "LANG")
    kept = {k: v for k, v in os.environ.items() if k not in drop and not k.startswith("TEXTUAL_")}
    if not shared:
        kept.pop(ADDRESS, None)
    return (
        kept
        | {"TERM": term, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
        | {"XDG_STATE_HOME": STATE.name, "XDG_CONFIG_HOME": settings(speed="flat out")}
        | {"PYTHONPATH": os.pathsep.join(map(str, path))}
        | dict(env or {})
    )


def settings(**chosen: str) -> str:
    """A new folder for settings, with a file of these."""
    home = tempfile.mkdtemp(dir=STATE.name)
    file = Path(home, "lenet-tui", "settings.json")
    file.parent.mkdir()
    file.write_text(json.dumps(chosen), encoding="utf-8")
    return home


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _found(wanted: str | re.Pattern[str] | Callable[[str], Any], text: str) -> bool:
    if isinstance(wanted, str):
        return wanted in text
    return bool(wanted.search(text) if isinstance(wanted, re.Pattern) else wanted(text))
