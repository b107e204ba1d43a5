"""Other runs, read from files as they grow: saved sessions, tables, logs of other programs."""

from __future__ import annotations

import os
import re
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

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
from lenet_tui.curves.run_tables import MOST, NAMES, Table
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.model_names import session_name
from lenet_tui.protocol.options import OWN, Options
from lenet_tui.sessions.file_format import ANY_MODEL, MAX_BYTES, SaveError, decode
from lenet_tui.sessions.store import SUFFIX
from lenet_tui.text.clean import clean

EVENTS = "events.out.tfevents"
"""How the name of a TensorBoard file begins."""
ENTRIES = 100_000
"""Files and folders that are looked at for TensorBoard's."""
NAME, LISTED = 40, 120
"""Characters of a run's name, and of the names that a file has."""
SETTLED = 2.0
"""Seconds without a change after which a last line without an end is taken for whole."""
SAME = 256
"""Bytes before what is new that must be as they were, or the file is read from its beginning."""
AUTOMATIC = re.compile(rf"\d{{8}}-\d{{6}}-\d+{re.escape(SUFFIX)}")
"""The name of a file that the app saves a session in by itself."""


class Followed:
    """The ``run`` in a file, or in the newest TensorBoard log of a folder, and what it grows by.

    A saved session, a table (CSV or TSV with a line of names), JSON lines as ``lenet-tui train
    --format jsonl`` prints them, or a TensorBoard file where its package is installed.
    ``RunError`` where there is none.
    """

    def __init__(self, path: Path) -> None:
        self.run = OtherRun(clean(path.name, NAME))
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
            found = _newest_log(path)
            if path.name:
                self.run.name = clean(str(found.relative_to(path.parent)), NAME)
            return _Events(found)
        if path.name.startswith(EVENTS):
            return _Events(path)
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


class _Events:
    """The scalars of TensorBoard's files; ``RunError`` where its package is missing."""

    pending = False

    def __init__(self, path: Path) -> None:
        if find_spec("tensorboard") is None:
            raise RunError("curves:no-tensorboard")
        module = import_module("tensorboard.backend.event_processing.event_accumulator")
        self.names: dict[str, None] = {}
        self._path = path
        self._events: Any = module.EventAccumulator(str(path), size_guidance={"scalars": MOST})

    def stamp(self) -> object:
        path = self._path
        logs = path.glob(f"{EVENTS}*") if path.is_dir() else (path,)
        return sorted(map(_stamp, logs))

    def read(self) -> News:
        self._events.Reload()  # goes on where it has ended
        there = self._events.Tags().get("scalars", ())
        self.names = dict.fromkeys(there)
        tags = {tag.lower(): tag for tag in there}
        points = {}
        for kind, names in NAMES.items():
            tag = next((tags[name] for name in names if name in tags), None)
            if tag is not None:
                points[kind] = _points([(e.step, e.value) for e in self._events.Scalars(tag)])
        return News(points, whole=True)


def _points(found: list[tuple[int, float]]) -> Points:
    pairs = np.array(found, dtype=np.float64).reshape(-1, 2)
    return ordered(pairs[:, 0], pairs[:, 1])


def _newest_log(folder: Path) -> Path:
    """The folder that the newest TensorBoard file lies in: this one, or one below it."""
    newest, when = folder, -1.0
    looked = 0
    for root, _, files in os.walk(folder):
        logs = [Path(root) / name for name in files if name.startswith(EVENTS)]
        latest = max((log.stat().st_mtime for log in logs), default=-1.0)
        if latest > when:
            newest, when = Path(root), latest
        looked += 1 + len(files)
        if (logs and newest == folder) or looked > ENTRIES:
            break
    if when < 0:
        raise RunError("curves:no-log", path=clean(str(folder)))
    return newest


def _brief(options: Options) -> str:
    """What tells a session from others, in a few words."""
    parts = [
        session_name(options),
        *([] if options.optimizer == OWN else [options.optimizer]),
        *([f"lr {options.lr:g}"] if options.lr >= 0 else []),
        f"seed {options.seed}",
    ]
    return " ".join(parts)
