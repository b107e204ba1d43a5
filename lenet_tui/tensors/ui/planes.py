"""Pictures of rows and columns as plain data: the cells, what each one is, how it is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from lenet_tui.text.numbers import MINUS

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


GLYPH_WIDTH = 3
"""Columns of a cell that shows a mark and no number."""
_EDGES = {
    Role.READ: "[]",
    Role.PADDING_READ: "{}",
    Role.WINNER: "><",
    Role.CURRENT: "[]",
    Role.SOURCE: "* ",
}
_SIGNS = {
    Role.PLAIN: "·",
    Role.READ: "■",
    Role.HOLE: "∘",
    Role.SOURCE: "·",
    Role.WINNER: "■",
    Role.CUT: "×",
}
_NARROW = str.maketrans("·■∘×∞" + MINUS, ".#oxi-")
_PADDING = (Role.PADDING, Role.PADDING_READ, Role.PADDING_HOLE)
_UNSHOWN = (Role.HOLE, Role.CUT, Role.NOTHING)
"""Cells whose value does not matter."""
_HELD = {"zeros": "0", "-inf": f"{MINUS}∞"}
COPY = '"'
"""Padding that copies an input cell."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How numbers of one tensor are written: so many decimals, so many columns."""

    decimals: int
    width: int

    def text(self, value: float) -> str:
        """``value`` in at most ``width`` columns."""
        if math.isnan(value):
            return "NaN"[: self.width]
        if math.isinf(value):
            return "∞" if value > 0 else f"{MINUS}∞"
        return f"{value:.{self.decimals}f}".replace("-", MINUS)


def figures(values: Array | None) -> tuple[Figures, ...]:
    """Ways to write ``values`` in a picture, the widest first; none where they are too long."""
    if values is None or not values.size:
        return ()
    finite = values[np.isfinite(values)]
    high = float(np.abs(finite).max()) if finite.size else 0.0
    if high >= 1e6:
        return ()
    whole = bool((finite == np.rint(finite)).all())
    decimals = 0 if whole or high >= 1000 else 2 if high < 10 else 1
    sign = 1 if finite.size and float(finite.min()) < 0 else 0
    fewest = 0 if high >= 10 or decimals == 0 else 1 if high >= 1 else 2
    return tuple(Figures(d, sign + len(f"{high:.{d}f}")) for d in range(decimals, fewest - 1, -1))


def cell_text(mark: Mark, width: int, numbers: Figures | None, mode: str) -> str:
    """A cell of exactly ``width`` columns; ``numbers``: how to write them, ``None``: marks only.

    ``mode``: what padding holds, as in ``Plane``.
    """
    copies = mode not in _HELD
    edges = _EDGES.get(mark.role, "  ")
    left, right = edges[0], edges[1]
    if mark.role is Role.PADDING and copies:
        left = COPY
    if mark.role in _PADDING and not copies:
        body = _HELD[mode][: width - 2] if width > GLYPH_WIDTH else _HELD[mode][:1]
    elif numbers is not None and mark.value is not None and mark.role not in _UNSHOWN:
        body = numbers.text(mark.value)
    elif mark.role in _PADDING:
        body, left = COPY, left.replace(COPY, " ")
    else:
        body = _SIGNS.get(mark.role, " ")
    return f"{left}{body.rjust(width - 2)}{right}"


def sign_mark(value: float | None) -> str:
    """A number's sign where there is no room for the number."""
    if value is None:
        return "·"
    if math.isnan(value):
        return "?"
    return "0" if value == 0 else "+" if value > 0 else MINUS


def narrow(text: str) -> str:
    """``text`` in ASCII, no wider than it was."""
    return text.translate(_NARROW)
