"""Other runs, read from files as they grow: saved sessions, tables, logs of other programs."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Protocol

import numpy as np

from lenet_tui.curves.class_names import both_ends
from lenet_tui.curves.event_logs import EVENTS, open_log
from lenet_tui.curves.other_run import (
    ACCURACY,
    KINDS,
    ROWS,
    TEST_LOSS,
    News,
    OtherRun,
    Points,
    RunError,
    ordered,
)
from lenet_tui.curves.run_tables import Table
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.model_names import session_name
from lenet_tui.protocol.options import OWN, Options
from lenet_tui.sessions.file_format import ANY_MODEL, MAX_BYTES, SaveError, decode
from lenet_tui.sessions.store import SUFFIX
from lenet_tui.text.clean import ELLIPSIS, clean

NAME, LISTED = 40, 120
"""Cells of a run's name, and characters of the names that a file has."""
SETTLED = 2.0
"""Seconds without a change after which a last line without an end is taken for whole."""
SAME = 256
"""Bytes before what is new that must be as they were, or the file is read from its beginning."""
AUTOMATIC = re.compile(rf"\d{{8}}-\d{{6}}-\d+{re.escape(SUFFIX)}")
"""The name of a file that the app saves a session in by itself."""


class Followed:
    """The ``run`` in a file, or in the newest TensorBoard log of a folder, and what it grows by.

    A saved session, a table (CSV or TSV with a line of names), JSON lines as ``lenet-tui train
    --format jsonl`` prints them, or TensorBoard's files where its package is installed.
    ``RunError`` where there is none.
    """

    def __init__(self, path: Path) -> None:
        self.run = OtherRun(_shortened(path.name))
        try:
            self._reader = self._opened(path)
            self._seen = self._reader.stamp()
            news = self._reader.read()
        except OSError as error:
            why = error.strerror or str(error)
            raise RunError("curves:unreadable", path=clean(str(path)), why=clean(why)) from None
        self.run.take(news)
        if news.losses is None and not news.points:
            there, counted = self._reader.names, news.counted
            names = clean(", ".join(filter(None, there)), LISTED)
            if names and counted != ROWS:
                raise RunError("curves:no-known-name", path=clean(str(path)), names=names)
            raise RunError("curves:no-curve", path=clean(str(path)))
        for kind in KINDS:
            self.run.points(kind)  # here, where nobody waits for the screen

    def look(self) -> News | None:
        """What has come in since the last look, for ``run.take``; ``None``: nothing.

        It may take long, and changes nothing of ``run``. A file that is gone or cannot be read any
        longer has nothing new.
        """
        try:
            now = self._reader.stamp()
            if now == self._seen and not self._reader.pending:
                return None
            self._seen = now
            news = self._reader.read()
        except (OSError, RunError):
            return None
        return news if news.whole or news.points or news.losses is not None else None

    def _opened(self, path: Path) -> _Reader:
        if path.is_dir():
            log = open_log(path)
            if path.name:
                self.run.name = _shortened(str(log.path.relative_to(path.parent)))
            return log
        if path.name.startswith(EVENTS):
            return open_log(path)
        if not path.is_file():
            raise RunError("curves:no-file", path=clean(str(path)))
        if path.stat().st_size > MAX_BYTES:
            raise RunError("curves:large", path=clean(str(path)))
        with path.open("rb") as file:
            if path.suffix == SUFFIX or file.read(18) == b"lenet-tui session ":
                return _Session(path, self.run)
        return _Text(path)


def read_run(path: Path) -> OtherRun:
    """The run in a file, or in the newest TensorBoard log of a folder; ``RunError`` if none is."""
    return Followed(path).run


class _Reader(Protocol):
    """Reads a file. ``names``: what it has, for a file of which nothing is known.

    ``pending``: whether there is something to read although the file has not changed.
    """

    names: dict[str, None]
    pending: bool

    def stamp(self) -> object:
        """What is another one after each change of the file; ``OSError`` where it is gone."""

    def read(self) -> News:
        """What has come in since it was last read."""


def _stamp(path: Path) -> tuple[int, ...]:
    now = path.stat()
    return now.st_mtime_ns, now.st_size, now.st_ino


class _Session:
    """A saved session: it is replaced as a whole, so it is read as a whole."""

    pending = False

    def __init__(self, path: Path, run: OtherRun) -> None:
        self.names: dict[str, None] = {}
        self._path, self._run = path, run

    def stamp(self) -> object:
        return _stamp(self._path)

    def read(self) -> News:
        if self._path.stat().st_size > MAX_BYTES:
            raise RunError("curves:large", path=clean(str(self._path)))
        try:
            saved = decode(self._path.read_bytes(), ANY_MODEL)
        except SaveError as error:
            raise RunError(error.notice) from None
        if AUTOMATIC.fullmatch(self._run.name):  # nobody has given it that name
            self._run.name = clean(_brief(saved.options), NAME)
        losses = Losses.read(saved.losses, saved.losses_from).values
        found = saved.snapshot.evaluations
        known = [(e.iteration, e.accuracy) for e in found if e.accuracy is not None]
        points = {
            ACCURACY: _points(known),
            TEST_LOSS: _points([(e.iteration, e.loss) for e in found]),
        }
        return News(points, losses, whole=True)


class _Text:
    """A table or JSON lines: of a file that grows, what was appended is read."""

    def __init__(self, path: Path) -> None:
        self.names: dict[str, None] = {}
        self.pending = False
        self._path = path
        self._begin()

    def _begin(self) -> None:
        self._table = Table()
        self._offset, self._before = 0, b""
        """How much has been read, and the last of it."""
        self._guessed = False
        """Whether a last line without an end was taken for whole."""

    def stamp(self) -> object:
        return _stamp(self._path)

    def read(self) -> News:
        with self._path.open("rb") as file:
            there = os.fstat(file.fileno())
            file.seek(self._offset - len(self._before))
            grown = self._offset and file.read(len(self._before)) == self._before
            whole = not grown or (self._guessed and there.st_size > self._offset)
            if whole:  # it is another file than before, or was written anew
                self._begin()
            file.seek(self._offset)
            data = file.read(MAX_BYTES - self._offset)
        end = data.rfind(b"\n") + 1
        if data[end:].rstrip().endswith(b"}"):  # an object of JSON, which is whole
            end = len(data)
        settled = time.time() - there.st_mtime > SETTLED
        self.pending = end < len(data) and not settled
        if end < len(data) and settled:
            end, self._guessed = len(data), True
        encoding = "utf-8" if self._offset else "utf-8-sig"
        self._offset += end
        self._before = (self._before + data[:end])[-SAME:]
        news = self._table.take(data[:end].decode(encoding, "replace").splitlines())
        self.names, news.whole = self._table.names, whole
        return news


def _points(found: list[tuple[int, float]]) -> Points:
    pairs = np.array(found, dtype=np.float64).reshape(-1, 2)
    return ordered(pairs[:, 0], pairs[:, 1])


def _shortened(name: str) -> str:
    """A file's name, safe to be shown: those of one folder differ at the end."""
    return both_ends(clean(name), NAME, ELLIPSIS, NAME * 2 // 3)


def _brief(options: Options) -> str:
    """What tells a session from others, in a few words."""
    parts = [
        session_name(options),
        *([] if options.optimizer == OWN else [options.optimizer]),
        *([f"lr {options.lr:g}"] if options.lr >= 0 else []),
        f"seed {options.seed}",
    ]
    return " ".join(parts)
