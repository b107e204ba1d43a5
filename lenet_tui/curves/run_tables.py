"""Tables and JSON lines of a run's numbers, read as they grow: each row once."""

from __future__ import annotations

import contextlib
import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from lenet_tui.curves.other_run import (
    ACCURACY,
    EPOCHS,
    ITERATIONS,
    LOSS,
    RATE,
    ROWS,
    TEST_LOSS,
    News,
    ordered,
)

NAMES = {
    LOSS: (LOSS, "train_loss", "train/loss", "training_loss", "loss/train",
           "train_loss_epoch", "train_loss_step"),
    TEST_LOSS: (TEST_LOSS, "val_loss", "valid_loss", "test/loss", "val/loss", "eval_loss",
                "eval/loss", "loss/val", "loss/test"),
    ACCURACY: ("test_accuracy", "val_accuracy", "val_acc", "test_acc", "eval_accuracy",
               "accuracy/val", "accuracy/test", "val/accuracy", "test/accuracy", ACCURACY, "acc"),
    RATE: (RATE, "learning_rate", "train/learning_rate", "learning_rate/train",
           "lr-sgd", "lr-adam", "lr-adamw"),
}  # fmt: skip
"""What other programs call the same numbers. The first name that a row has counts: beside
``val_accuracy``, ``accuracy`` is that of training."""
STEPS = ("iteration", "step", "global_step", "iter", "steps")
EPOCH = ("epoch", "epochs")
MOST = 2_000_000
"""Rows that are read."""
FEW = 20
"""Rows that are asked for the names that a file has."""
Row = Mapping[str, Any]


class Table:
    """The rows of one file. ``names``: those that its first rows have, as they are written."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self._json: bool | None = None
        self._head: list[str] | None = None
        self._delimiter = ","
        self._rows = 0
        self._counted = ""
        self._step = 0.0
        """The iteration of the last row that named one."""

    def take(self, lines: list[str]) -> News:
        """What these lines add; they are whole, and follow those that were taken before."""
        found: dict[str, tuple[list[float], list[float]]] = {kind: ([], []) for kind in NAMES}
        rows = [_named(row) for row in self._read(lines)]
        if not self._counted and rows:
            self._counted = _counted(rows)
        for row in rows:
            self._rows += 1
            at = self._at(row)
            if at is None or self._rows > MOST:
                continue
            for kind, names in NAMES.items():
                value = next((_number(row[name]) for name in names if name in row), None)
                if value is not None:
                    found[kind][0].append(at)
                    found[kind][1].append(value)
        points = {k: ordered(np.array(x), np.array(y)) for k, (x, y) in found.items() if x}
        return News(points, counted=self._counted or ITERATIONS)

    @property
    def counted(self) -> str:
        """What its rows are counted by; empty as long as there is none."""
        return self._counted

    def _at(self, row: Row) -> float | None:
        """The iteration, epoch or number of a row; ``None``: it has none."""
        if self._counted == ROWS:
            return float(self._rows)
        names = STEPS if self._counted == ITERATIONS else EPOCH
        name = next((name for name in names if name in row), "")
        if not name:  # such as the last line of a log: of what the one before it was of
            return self._step or None
        at = _number(row[name])
        if at is None or not math.isfinite(at) or at < 0:
            return None
        self._step = at if self._counted == EPOCHS else float(int(at))
        return self._step

    def _read(self, lines: list[str]) -> Iterator[dict[str, Any]]:
        """The rows of a table, or the objects of JSON lines."""
        if self._json is None:
            first = next((line for line in lines if line.strip()), "")
            self._json = first.lstrip()[:1] == "{" if first else None
        if self._json:
            yield from self._noted(filter(None, map(_object, lines)))
            return
        if self._head is None and lines:
            self._delimiter = max(",;\t", key=lines[0].count)
        with contextlib.suppress(csv.Error):  # it is no table from here on
            reader = csv.reader(lines, delimiter=self._delimiter)
            if self._head is None:
                self._head = next(reader, [])
            head = self._head
            yield from self._noted(dict(zip(head, row, strict=False)) for row in reader if row)

    def _noted(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for number, row in enumerate(rows, self._rows):
            if number < FEW:
                self.names |= {str(key): None for key in row if key is not None}
            yield row


def _object(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line) if line.strip() else None
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _named(row: Row) -> Row:
    return {str(k).strip().lower(): v for k, v in row.items() if k is not None}


def _counted(rows: list[Row]) -> str:
    """What rows are counted by: iterations where any names one, else epochs, else themselves."""
    for names, counted in ((STEPS, ITERATIONS), (EPOCH, EPOCHS)):
        if any(name in row for row in rows for name in names):
            return counted
    return ROWS


def _number(value: Any) -> float | None:
    """A number, which may be NaN or infinite; ``None``: there is none."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None
