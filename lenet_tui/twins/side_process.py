"""Starts a script that is compared in a process of its own, and asks it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from queue import SimpleQueue
from typing import BinaryIO, Protocol

from lenet_tui.process import group
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import notice
from lenet_tui.twins.crossing import Floats, GoOn, Numbers, Over, Part, Seen, ToRun, Want

PATIENCE = 2.0
"""Seconds that a script has to end by itself, once enough was seen of it."""
LOOK = 0.5
"""Seconds after which it is asked whether the process still lives."""
LINE = 2_000
"""Characters of a line that a script prints that are handed on."""


class Process(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int: ...

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, negative for a signal; ``subprocess.TimeoutExpired``: not yet."""

    def kill(self) -> None:
        """End it, whatever it does."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What a process is given: descriptors for its standard streams, and two that stay open."""

    given: int
    out: int
    link: int
    life: int


def launched(code: str, ends: Ends, environment: Mapping[str, str]) -> Process:
    """A process of this Python that runs a text."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=ends.given,
        stdout=ends.out,
        stderr=ends.out,
        pass_fds=(ends.link, ends.life),
        env=dict(environment),
    )


class SideProcess:
    """Runs a script and has it stand after each iteration.

    ``says`` hears each line that it prints.
    """

    def __init__(self, asked: ToRun, says: Callable[[str], None]) -> None:
        self._link, theirs = Pipe()
        life, self._life = os.pipe()
        given, self._given = os.pipe()
        out, printed = os.pipe()
        ends = Ends(given, printed, theirs.fileno(), life)
        environment = {"PYTHONHASHSEED": str(asked.seed % 2**32), **os.environ}
        code = f"from lenet_tui.twins.side import serve; serve({ends.link}, {ends.life})"
        try:
            self._process = launched(code, ends, environment)
        finally:
            theirs.close()
            for each in (life, given, printed):
                os.close(each)
        self._relay = threading.Thread(target=_relayed, args=(out, says), daemon=True)
        self._relay.start()
        self._last: Over | None = None
        self._until = 0.0
        self._link.send(asked)

    def give(self, text: bytes) -> None:
        """Give it this on its standard input; empty: there is no more."""
        with suppress(OSError):  # it reads no longer
            while text and self._given >= 0:
                text = text[os.write(self._given, text) :]
                if not text:
                    return
        self._shut()

    def _shut(self) -> None:
        given, self._given = self._given, -1
        if given >= 0:
            os.close(given)

    def next(self) -> Seen | Over:
        """Wait for its next iteration, or its end."""
        if self._last is not None:
            return self._last
        told: Seen | Over
        try:
            while not self._link.poll(LOOK):
                self._lives()
            told = self._link.recv()
        except (EOFError, OSError):
            told = Over(0, error=notice("twins:died", status=self._process.wait()))
        if isinstance(told, Over):
            self._last = told
        return told

    def _lives(self) -> None:
        """``EOFError`` where it has ended; what it has started may hold the connection open."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0)
            if not self._link.poll():
                raise EOFError

    def go_on(self) -> None:
        """Let it run one more iteration."""
        with suppress(OSError):  # what it came to is known by the next look
            self._link.send(GoOn())

    def numbers(self, parts: Sequence[Part]) -> Sequence[Floats]:
        """The numbers of tensors of the iteration after which it stands."""
        self._link.send(Want(tuple(parts)))
        told: Numbers = self._link.recv()
        return told.arrays

    def leave(self) -> None:
        """Ask it to end, as enough was seen."""
        self._link.close()
        self._until = time.monotonic() + PATIENCE

    def close(self) -> None:
        """Wait until it has ended, and end what it has started; after ``leave``."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(self._until - time.monotonic(), 0))
        os.close(self._life)
        group.end(self._process.pid)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._shut()
        self._relay.join(PATIENCE)


def _relayed(out: int, says: Callable[[str], None]) -> None:
    """Hand on each line that a process prints."""
    with open(out, "rb", buffering=0) as printed:
        rest = b""
        while piece := printed.read(1 << 16):
            *lines, rest = (rest + piece).replace(b"\r", b"\n").split(b"\n")
            for line in lines:
                _say(line, says)
        _say(rest, says)


def _say(line: bytes, says: Callable[[str], None]) -> None:
    text = line.decode("utf-8", "replace").rstrip()
    if text:
        says(clean(text, LINE))


def shared_input(given: BinaryIO | None, sides: Sequence[SideProcess]) -> None:
    """Give each what stands on the standard input, from threads; ``None``: there is nothing."""
    if given is None:
        for side in sides:
            side.give(b"")
        return
    several: list[SimpleQueue[bytes]] = [SimpleQueue() for _ in sides]
    for side, waiting in zip(sides, several, strict=True):
        threading.Thread(target=_hand_on, args=(waiting, side), daemon=True).start()
    threading.Thread(target=_read_all, args=(given, several), daemon=True).start()


def _hand_on(waiting: SimpleQueue[bytes], side: SideProcess) -> None:
    while text := waiting.get():
        side.give(text)
    side.give(b"")


def _read_all(given: BinaryIO, several: Sequence[SimpleQueue[bytes]]) -> None:
    text = b"more"
    while text:
        text = _read(given)
        for waiting in several:
            waiting.put(text)


def _read(given: BinaryIO) -> bytes:
    """What there is now; from the descriptor, as nobody could end while a buffer is being read."""
    try:
        return os.read(given.fileno(), 1 << 16)
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            return given.read()
        return b""
