"""Labels as people store them, read as class numbers where that can be in one way only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How labels were stored that are no plain (N,) of an integer type.

    ``column``: as (N, 1). ``stored``: in this other type. ``columns``: as one-hot rows of so many.
    """

    column: bool = False
    stored: str = ""
    columns: int = 0


PLAIN = ReadAs()


def class_numbers(labels: Array, count: int, name: str) -> tuple[Array, ReadAs]:
    """The class numbers (``count``,) int64 of stored labels, and what else was read as such.

    A column (N, 1) is its numbers, floats and truth values are whole numbers, and in a one-hot
    array (N, C) a row is the place of its 1. ``Problem`` where it could be otherwise. ``name``: of
    the array.
    """
    if labels.dtype.kind not in "uifb":
        raise Problem("training:labels-type", name=name, dtype=str(labels.dtype))
    shape = labels.shape
    if shape[:1] != (count,) or len(shape) > 2 or 0 in shape:
        raise Problem("training:label-shape", count=count, name=name, shape=str(shape))
    column = shape == (count, 1)
    if column:
        labels = labels[:, 0]
    if labels.ndim == 2:
        return _places(labels, name), ReadAs(columns=shape[1])
    stored = "" if labels.dtype.kind in "ui" else str(labels.dtype)
    return _whole(labels, name), ReadAs(column=column, stored=clean(stored))


def _whole(labels: Array, name: str) -> Array:
    if labels.dtype.kind == "f":
        odd = np.flatnonzero(~np.isfinite(labels) | (labels != np.trunc(labels)))
        if len(odd):
            value, number = str(labels[odd[0]]), int(odd[0])
            raise Problem("training:labels-not-whole", name=name, value=value, number=number)
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= 2**31:
        raise Problem("training:label-range", name=name, low=low, high=high)
    return labels.astype(np.int64)


def _places(rows: Array, name: str) -> Array:
    ones = rows == 1
    odd = np.flatnonzero((ones.sum(1) != 1) | ~(ones | (rows == 0)).all(1))
    if len(odd):
        shape, number = str(rows.shape), int(odd[0])
        raise Problem("training:no-one-hot", name=name, shape=shape, number=number)
    places: Array = ones.argmax(1).astype(np.int64)
    return places
