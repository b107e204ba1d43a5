"""Pictures of rows and columns as plain data: which cells there are, what each one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


class Role(Enum):
    """What a cell is to the number that the picture explains."""

    PLAIN = "plain"
    READ = "read"
    HOLE = "hole"
    PADDING = "padding"
    PADDING_READ = "padding-read"
    PADDING_HOLE = "padding-hole"
    SOURCE = "source"
    WINNER = "winner"
    CUT = "cut"
    NOTHING = "nothing"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell: its role, and its value where that is known."""

    role: Role
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Plane:
    """A picture of ``rows`` × ``cols`` cells (positions; negative ones are padding).

    ``focus``: the (first, last) rows and columns that must be seen. ``row_name``, ``col_name``:
    what is written at the edge. ``values``: those that may be shown, for their common width;
    ``heat``: whether colour means the value. ``mode``: what padding holds, as in
    ``explain.windows.Axis``.
    """

    rows: range
    cols: range
    focus: tuple[tuple[int, int], tuple[int, int]]
    mark: Callable[[int, int], Mark]
    row_name: Callable[[int], str] = str
    col_name: Callable[[int], str] = str
    values: Array | None = None
    heat: bool = False
    mode: str = "zeros"
