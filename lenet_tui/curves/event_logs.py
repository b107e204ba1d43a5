"""The scalars of TensorBoard's files, read as they grow: each event once."""

from __future__ import annotations

import os
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lenet_tui.curves.other_run import EPOCHS, ITERATIONS, News, RunError, ordered
from lenet_tui.curves.run_tables import MOST, NAMES
from lenet_tui.text.clean import clean

EVENTS = "events.out.tfevents"
"""How the name of a TensorBoard file begins."""
ENTRIES = 100_000
"""Files and folders that are looked at for TensorBoard's."""
HALVES = {"train": "train", "validation": "val", "val": "val", "valid": "val", "dev": "val",
          "test": "test", "eval": "eval"}  # fmt: skip
"""The folders that Keras and others divide one run into, and how its names begin then."""
NUMBER = re.compile(r"[\d.]+")
"""The folder that PyTorch's writer makes in the folder of its run for hyperparameters."""
PER_EPOCH = "epoch_"
"""How the names begin that Keras counts by epochs."""
KNOWN = {name: kind for kind, names in NAMES.items() for name in names}
Tag = tuple[str, bool]
"""A name that is known, and whether it is counted by epochs."""


def open_log(path: Path) -> EventLog:
    """The log in a file, of the run in a folder, or of the one below it that was written last.

    ``RunError`` where there is none, or TensorBoard's package is missing.
    """
    if not path.is_dir():
        return EventLog(path)
    if _logs(path) and (own := EventLog(path)).load():
        return own
    newest = _newest_log(path)
    log = EventLog(newest)
    if newest != path:
        whole = EventLog(newest.parent)
        if whole.load() and (newest.name.lower() in whole.parts or NUMBER.fullmatch(newest.name)):
            return whole
    return log


class EventLog:
    """The scalars of one run: of a file, or of a folder and of the parts of the run below it.

    ``names``: all that it has; ``parts``: the folders below it that are of it.
    What a writer takes back when it goes on from an earlier iteration (``purge_step``) is gone
    here too; of several numbers of an iteration the last one counts.
    """

    pending = False

    def __init__(self, path: Path) -> None:
        if find_spec("tensorboard") is None:
            raise RunError("curves:no-tensorboard")
        self.path = path
        self.names: dict[str, None] = {}
        self.parts: set[str] = set()
        self._files: dict[Path, _File] = {}
        self._found: dict[Tag, list[tuple[int, float]]] = {}
        self._sent: dict[Tag, int] = {}
        self._chosen: dict[str, Tag] = {}
        self._taken_back = False

    def stamp(self) -> object:
        return [(file, size) for file, _, size in self._there()]

    def read(self) -> News:
        """What has come in since it was last read."""
        self.load()
        chosen = self._choice()
        whole = self._taken_back or chosen != self._chosen
        self._chosen, self._taken_back = chosen, False
        points = {}
        for kind, tag in chosen.items():
            known = self._found[tag]
            new = known if whole else known[self._sent.get(tag, 0) :]
            if new:
                pairs = np.array(new, dtype=np.float64)
                points[kind] = ordered(pairs[:, 0], pairs[:, 1])
        self._sent = {tag: len(self._found[tag]) for tag in chosen.values()}
        by_epoch = any(tag[1] for tag in chosen.values())
        return News(points, counted=EPOCHS if by_epoch else ITERATIONS, whole=whole)

    def load(self) -> bool:
        """Take the new events of all files; whether there is a curve."""
        for path, part, size in self._there():
            file = self._files.get(path)
            if file is None:
                file = self._files[path] = _File(path)
            if file.size != size:
                file.size = size
                for event in file.loader.Load():
                    self._take(event, part)
        return any(self._found.values())

    def _there(self) -> list[tuple[Path, str, int]]:
        """The files in the order of their making, the part of the run of each, and its bytes."""
        if not self.path.is_dir():
            return [(self.path, "", self.path.stat().st_size)]
        parts = [folder for folder in self.path.iterdir() if folder.is_dir()]
        found = [("", self.path), *sorted((each.name.lower(), each) for each in parts)]
        return [
            (file, part, file.stat().st_size) for part, folder in found for file in _logs(folder)
        ]

    def _take(self, event: Any, part: str) -> None:
        if event.HasField("session_log") and event.step > 0:
            start = event.session_log.START
            if event.session_log.status == start and not part:
                self._take_back(event.step)
        for value in event.summary.value:
            tag = _known(value.tag, part)
            number = _scalar(value) if tag is not None or not part else None
            if number is None:
                continue
            self.names.setdefault(value.tag)
            if tag is None:
                continue
            self.parts.add(part)
            if len(self._found.setdefault(tag, [])) < MOST:
                self._found[tag].append((event.step, number))

    def _take_back(self, step: int) -> None:
        """Drop what is from ``step`` on: the run goes on from there once more."""
        for tag, known in self._found.items():
            left = [point for point in known if point[0] < step]
            self._taken_back = self._taken_back or len(left) < len(known)
            self._found[tag] = left

    def _choice(self) -> dict[str, Tag]:
        """The name of each kind that counts: the first that there is.

        Where some are counted by epochs, those of iterations cannot lie in the same chart.
        """
        by_epoch = any(known and tag[1] for tag, known in self._found.items())
        chosen: dict[str, Tag] = {}
        for kind, names in NAMES.items():
            for name in names:
                if self._found.get((name, by_epoch)):
                    chosen.setdefault(kind, (name, by_epoch))
        return chosen


class _File:
    """A file that is read on where the last read has ended. ``size``: its bytes then."""

    def __init__(self, path: Path) -> None:
        module = import_module("tensorboard.backend.event_processing.event_file_loader")
        self.loader: Any = module.LegacyEventFileLoader(str(path))
        self.size = -1


def _scalar(value: Any) -> float | None:
    """The number of a summary, as PyTorch or as TensorFlow 2 writes it; ``None``: it has none."""
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    if kind != "tensor" or any(dim.size != 1 for dim in value.tensor.tensor_shape.dim):
        return None
    util = import_module("tensorboard.util.tensor_util")
    try:
        return float(util.make_ndarray(value.tensor).reshape(()))
    except (TypeError, ValueError):  # such as a text
        return None


def _known(tag: str, part: str) -> Tag | None:
    """The known name that a tag stands for in a part of the run; ``None``: there is none."""
    name = tag.lower()
    begin = name.replace("/", "_") + "_"
    if part.startswith(begin):  # PyTorch's add_scalars makes a folder for each
        name = f"{name}/{part[len(begin) :]}"
    elif part in HALVES:
        name = f"{HALVES[part]}/{name.removeprefix(PER_EPOCH)}"
    elif part:
        return None
    per_epoch = tag.lower().startswith(PER_EPOCH)
    name = name.removeprefix(PER_EPOCH)
    return (name, per_epoch) if name in KNOWN else None


def _logs(folder: Path) -> list[Path]:
    """The TensorBoard files in a folder, in the order of their making, which their names have."""
    return sorted(folder.glob(f"{EVENTS}*"))


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
        if looked > ENTRIES:
            break
    if when < 0:
        raise RunError("curves:no-log", path=clean(str(folder)))
    return newest
