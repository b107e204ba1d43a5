"""Curves of other runs, read from files: saved sessions, tables, and logs of other programs."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from lenet_tui.curves.series import Array, Dense
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.model_names import session_name
from lenet_tui.protocol.options import OWN, Options
from lenet_tui.sessions.file_format import ANY_MODEL, MAX_BYTES, SaveError, decode
from lenet_tui.sessions.store import SUFFIX
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

LOSS, TEST_LOSS, ACCURACY, RATE = "loss", "test_loss", "accuracy", "lr"
NAMES = {
    LOSS: (LOSS, "train_loss", "train/loss", "training_loss", "loss/train"),
    TEST_LOSS: (TEST_LOSS, "val_loss", "valid_loss", "test/loss", "val/loss", "eval_loss",
                "eval/loss", "loss/val", "loss/test"),
    ACCURACY: ("test_accuracy", "val_accuracy", "val_acc", "test_acc", "eval_accuracy",
               "accuracy/val", "accuracy/test", "val/accuracy", "test/accuracy", ACCURACY, "acc"),
    RATE: (RATE, "learning_rate", "train/learning_rate", "learning_rate/train"),
}  # fmt: skip
"""What other programs call the same numbers. The first name that a row has counts: beside
``val_accuracy``, ``accuracy`` is that of training."""
STEPS = ("iteration", "step", "global_step", "iter", "steps")
EVENTS = "events.out.tfevents"
"""How the name of a TensorBoard file begins."""
MOST = 2_000_000
"""Numbers of one kind that are read."""
ENTRIES = 100_000
"""Files and folders that are looked at for TensorBoard's."""
NAME, LISTED, FEW = 40, 120, 20
"""Characters of a run's name, and of the names that a file has; rows that are asked for them."""
AUTOMATIC = re.compile(rf"\d{{8}}-\d{{6}}-\d+{re.escape(SUFFIX)}")
"""The name of a file that the app saves a session in by itself."""


@dataclass(slots=True, eq=False)
class OtherRun:
    """A run's numbers by iteration, from 1. ``name``: of its file, safe to be shown."""

    name: str
    values: dict[str, dict[int, float]] = field(default_factory=dict)
    losses: Dense | None = None
    """The loss of each iteration, where all are known: of a saved session."""
    by_row: bool = False
    """Whether its rows name no iteration, such as those of epochs: then they are counted."""

    _points: dict[str, tuple[Array, Array]] = field(default_factory=dict)

    def points(self, kind: str) -> tuple[Array, Array] | None:
        """Iterations and numbers of a kind, in order; ``None``: there are none.

        They are put in order once: a run may have millions, and is drawn with each frame.
        """
        known = self.values.get(kind)
        if not known:
            return None
        if kind not in self._points:
            x = np.array(sorted(known), dtype=np.float64)
            self._points[kind] = x, np.array([known[int(n)] for n in x], dtype=np.float64)
        return self._points[kind]

    @property
    def last(self) -> int:
        """The last iteration that a number of it is of; 0: there is none."""
        found = [points[0][-1] for kind in self.values if (points := self.points(kind))]
        return int(max([len(self.losses.values) - 1 if self.losses else 0, *found]))


class RunError(Problem):
    """A file that has no curve, with one line on why."""


def read_run(path: Path) -> OtherRun:
    """The run in a file, or in the newest TensorBoard log of a folder; ``RunError`` if none is.

    A saved session, a table (CSV or TSV with a line of names), JSON lines as ``lenet-tui train
    --format jsonl`` prints them, or a TensorBoard file where its package is installed.
    """
    name = clean(path.name, NAME)
    there: list[str] = []
    try:
        if path.is_dir():
            found = _newest_log(path)
            name = clean(str(found.relative_to(path.parent)), NAME) if path.name else name
            run = OtherRun(name, _events(found, there))
        elif path.name.startswith(EVENTS):
            run = OtherRun(name, _events(path, there))
        elif not path.is_file():
            raise RunError("curves:no-file", path=clean(str(path)))
        elif path.stat().st_size > MAX_BYTES:
            raise RunError("curves:large", path=clean(str(path)))
        elif path.suffix == SUFFIX or path.read_bytes()[:18] == b"lenet-tui session ":
            run = _session(name, path.read_bytes())
        else:
            rows = list(islice(_rows(path.read_text("utf-8-sig", "replace")), MOST))
            there += {str(key): None for row in rows[:FEW] for key in row if key is not None}
            run = OtherRun(name, _gathered(rows), by_row=not any(map(_step_of, rows)))
    except OSError as error:
        why = error.strerror or str(error)
        raise RunError("curves:unreadable", path=clean(str(path)), why=clean(why)) from None
    if run.losses is None and not any(run.values.values()):
        names = clean(", ".join(filter(None, there)), LISTED)
        if names and not run.by_row:
            raise RunError("curves:no-known-name", path=clean(str(path)), names=names)
        raise RunError("curves:no-curve", path=clean(str(path)))
    for kind in run.values:
        run.points(kind)  # here, where nobody waits for the screen
    return run


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


def _session(name: str, data: bytes) -> OtherRun:
    try:
        saved = decode(data, ANY_MODEL)
    except SaveError as error:
        raise RunError(error.notice) from None
    if AUTOMATIC.fullmatch(name):  # nobody has given it that name
        name = clean(_brief(saved.options), NAME)
    dense = Dense()
    dense.take(Losses.read(saved.losses, saved.losses_from).values)
    found = saved.snapshot.evaluations
    accuracies = {e.iteration: 100 * e.accuracy for e in found if e.accuracy is not None}
    losses = {e.iteration: e.loss for e in found}
    return OtherRun(name, {ACCURACY: accuracies, TEST_LOSS: losses}, dense)


def _brief(options: Options) -> str:
    """What tells a session from others, in a few words."""
    parts = [
        session_name(options),
        *([] if options.optimizer == OWN else [options.optimizer]),
        *([f"lr {options.lr:g}"] if options.lr >= 0 else []),
        f"seed {options.seed}",
    ]
    return " ".join(parts)


def _rows(text: str) -> Iterator[dict[str, Any]]:
    """The rows of a table, or the objects of JSON lines."""
    if text.lstrip()[:1] == "{":
        for line in text.splitlines():
            try:
                row = json.loads(line) if line.strip() else None
            except ValueError:
                continue
            if isinstance(row, dict):
                yield row
        return
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    yield from csv.DictReader(io.StringIO(text), delimiter=delimiter)


def _gathered(rows: Iterable[dict[str, Any]]) -> dict[str, dict[int, float]]:
    """The known numbers by iteration; rows without an iteration are counted from 1."""
    found: dict[str, dict[int, float]] = {kind: {} for kind in NAMES}
    for number, raw in enumerate(rows, 1):
        row, step = _named(raw), _step_of(raw)
        at = _number(row[step]) if step else float(number)
        if at is None or not math.isfinite(at):
            continue
        iteration = int(at)
        for kind, names in NAMES.items():
            value = next((_number(row[n]) for n in names if n in row), None)
            if value is not None and iteration >= 0 and len(found[kind]) < MOST:
                found[kind][iteration] = value
    return _percent(found)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {str(k).strip().lower(): v for k, v in row.items() if k is not None}


def _step_of(row: dict[str, Any]) -> str:
    """The name of the iteration in a row; empty where it has none."""
    named = _named(row)
    return next((step for step in STEPS if step in named), "")


def _percent(found: dict[str, dict[int, float]]) -> dict[str, dict[int, float]]:
    """Accuracies in percent: where none is above 1 they are shares."""
    shares = found.get(ACCURACY, {})
    if max(filter(math.isfinite, shares.values()), default=0.0) <= 1:
        found[ACCURACY] = {n: 100 * value for n, value in shares.items()}
    return found


def _number(value: Any) -> float | None:
    """A number, which may be NaN or infinite; ``None``: there is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _events(path: Path, there: list[str]) -> dict[str, dict[int, float]]:
    """The scalars of TensorBoard's files; ``RunError`` where its package is missing.

    ``there`` gets the names of all that are in them.
    """
    if find_spec("tensorboard") is None:
        raise RunError("curves:no-tensorboard")
    reader = import_module("tensorboard.backend.event_processing.event_accumulator")
    read = reader.EventAccumulator(str(path), size_guidance={"scalars": MOST})
    read.Reload()
    found: dict[str, dict[int, float]] = {kind: {} for kind in NAMES}
    there += read.Tags().get("scalars", ())
    tags = {tag.lower(): tag for tag in there}
    for kind, names in NAMES.items():
        tag = next((tags[name] for name in names if name in tags), None)
        if tag is not None:
            found[kind] = {int(e.step): float(e.value) for e in read.Scalars(tag)}
    return _percent(found)
