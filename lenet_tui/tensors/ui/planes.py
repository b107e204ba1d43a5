"""The lab's pictures as data: which cells there are, what each one is to the output cell."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from lenet_tui.explain.windows import Axis, Geometry, Shape
from lenet_tui.lab.terms import cell_index, cell_number
from lenet_tui.lab.ui.state import LabState

Array = npt.NDArray[np.float32]
SOURCES = 512
"""Positions of one axis that are searched for padding that copies."""


class Role(Enum):
    """What a cell is to the output cell looked at."""

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
    what stands at the edge. ``values``: those that may be shown, for their common width;
    ``heat``: whether colour stands for the value. ``mode``: what padding
    holds.
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


@dataclass(frozen=True, slots=True)
class Line:
    """One axis of the input's picture, for one output cell.

    ``axis``: ``None`` where nothing slides: then the cells ``read`` are read.
    """

    size: int
    axis: Axis | None
    output: int = 0
    read: range = range(0)

    @property
    def positions(self) -> range:
        """All positions that any window reads, and all of the input."""
        if self.axis is None:
            return range(self.size)
        last = self.axis.positions(self.axis.out - 1)[-1]
        end = max(self.axis.size + max(self.axis.after, 0), last + 1)
        return range(min(-self.axis.before, 0), end)

    @property
    def window(self) -> tuple[int, int]:
        cells = self.axis.positions(self.output) if self.axis else self.read
        return (cells[0], cells[-1]) if len(cells) else (0, 0)

    def reads(self, position: int) -> bool:
        if self.axis is None:
            return position in self.read
        return self.axis.reader(self.output, position) is not None

    def source(self, position: int) -> int | None:
        return position if self.axis is None else self.axis.source(position)

    def inside(self, position: int) -> bool:
        return 0 <= position < self.size

    def cut(self, position: int) -> bool:
        """An input cell that negative padding cuts off."""
        if self.axis is None or self.axis.before >= 0:
            return False
        return not -self.axis.before <= position < self.axis.size + self.axis.after

    def copied(self) -> frozenset[int]:
        """The positions that the window reads, directly or as padding that copies them."""
        if self.axis is None:
            return frozenset(self.read)
        cells = self.axis.positions(self.output)
        found = (self.axis.source(p) for p in cells[:SOURCES])
        return frozenset(p for p in found if p is not None)

    def name(self, position: int) -> str:
        """The input cell whose value stands there, by number; blank if there is none."""
        cell = self.source(position)
        return "" if cell is None else str(cell)


def input_plane(state: LabState) -> Plane | None:
    """The input (one channel of it) with its padding, and the window over it."""
    known, index = state.known, state.index
    if known is None or index is None:
        return None
    rows, cols, at = _lines(state, known, index)
    data = state.result.input if state.result else None
    row_sources, col_sources = rows.copied(), cols.copied()
    (top, bottom), (left, right) = rows.window, cols.window
    winner = _winner(state)

    def mark(row: int, col: int) -> Mark:
        cells = rows.source(row), cols.source(col)
        value: float | None = None
        if data is not None and cells[0] is not None and cells[1] is not None:
            value = float(data[at(cells[0], cells[1])])
        inside = rows.inside(row) and cols.inside(col)
        read = rows.reads(row) and cols.reads(col)
        if inside and (rows.cut(row) or cols.cut(col)):
            return Mark(Role.CUT, value)
        if not inside:
            return Mark(_outside(rows, cols, row, col), value)
        if read:
            return Mark(Role.WINNER if (row, col) == winner else Role.READ, value)
        if top <= row <= bottom and left <= col <= right:
            source = row in row_sources and col in col_sources
            return Mark(Role.SOURCE if source else Role.HOLE, value)
        if row in row_sources and col in col_sources:
            return Mark(Role.SOURCE, value)
        return Mark(Role.PLAIN, value)

    return Plane(
        rows.positions, cols.positions, (rows.window, cols.window), mark,
        rows.name, cols.name, data, mode=known.axes[0].mode if known.axes else "zeros",
    )  # fmt: skip


def _outside(rows: Line, cols: Line, row: int, col: int) -> Role:
    """The role of a position that is no input cell."""
    for line, position in ((rows, row), (cols, col)):
        axis = line.axis
        if axis is not None and position >= axis.size + max(axis.after, 0):
            return Role.NOTHING  # a window of ceil_mode reaches beyond the padding
    if rows.reads(row) and cols.reads(col):
        return Role.PADDING_READ
    (top, bottom), (left, right) = rows.window, cols.window
    hole = top <= row <= bottom and left <= col <= right
    return Role.PADDING_HOLE if hole else Role.PADDING


def _lines(
    state: LabState, known: Geometry, index: Shape
) -> tuple[Line, Line, Callable[[int, int], Shape]]:
    """Rows and columns of the input's picture, and the input's index of a cell in it."""
    sample = index[: len(known.samples)]
    if not known.axes:
        shape, row = known.samples, cell_number(sample, known.samples)
        rows = Line(math.prod(shape), None, read=range(row, row + 1))
        cols = Line(known.channels_in, None, read=range(known.channels_in))
        return rows, cols, lambda r, c: (*cell_index(r, shape), c)
    if len(known.axes) == 1:
        rows = Line(known.channels_in, None, read=known.fed_by(state.channel))
        return rows, _sliding(known.axes[0], index[-1]), lambda r, c: (*sample, r, c)
    channel = state.input_channel
    first, second = known.axes
    rows, cols = _sliding(first, index[-2]), _sliding(second, index[-1])
    return rows, cols, lambda r, c: (*sample, channel, r, c)


def _sliding(axis: Axis, output: int) -> Line:
    return Line(axis.size, axis, output)


def _winner(state: LabState) -> tuple[int, int] | None:
    """The input cell that max-pooling takes: torch's own index, or the first largest."""
    known, result = state.known, state.result
    if known is None or result is None or state.index is None or result.output is None:
        return None
    if state.layer.kind != "MaxPool2d" or result.output.shape != known.output_shape:
        return None
    if result.indices is not None:
        row, col = divmod(int(result.indices[state.index]), known.axes[1].size)
        return row, col
    if result.input is None:
        return None
    plane = result.input[state.index[:-2]]
    tops, lefts = (a.positions(i) for a, i in zip(known.axes, state.index[-2:], strict=True))
    cells = [(r, c) for r in tops if 0 <= r < plane.shape[0] for c in lefts
             if 0 <= c < plane.shape[1]]  # fmt: skip
    return max(cells, key=lambda cell: float(plane[cell])) if cells else None


def kernel_plane(state: LabState) -> Plane | None:
    """The weights that the output cell looked at is made with."""
    known, weight = state.known, state.result.weight if state.result else None
    if known is None or state.index is None or weight is None or state.layer.kind == "MaxPool2d":
        return None
    kernel = weight[state.channel]
    if len(known.axes) == 2:
        kernel = kernel[state.fed]
    elif not known.axes:
        kernel = kernel[None]
    first = known.fed_by(state.channel)[0] if len(known.axes) == 1 and kernel.size else 0
    return _whole(kernel, None, lambda row: str(row + first) if known.axes else "")


def output_plane(state: LabState) -> Plane | None:
    """The output (one channel of it) around the cell looked at."""
    known, index = state.known, state.index
    if known is None or index is None:
        return None
    values = state.result.output if state.result else None
    if values is not None and values.shape != known.output_shape:
        values = None
    if not known.axes:
        rows = max(math.prod(known.samples), 1)
        shown = None if values is None else values.reshape(rows, -1)
        at = (cell_number(index[:-1], known.samples), index[-1])
        return _whole(shown, at, size=(rows, known.channels_out))
    shown = None if values is None else values[index[:-2]]
    return _whole(shown, (index[-2], index[-1]), size=known.output_shape[-2:])


def _whole(
    plane: Array | None,
    current: tuple[int, int] | None,
    row_name: Callable[[int], str] = str,
    size: Shape = (),
) -> Plane:
    """A plane without padding, coloured by value."""
    rows, cols = plane.shape if plane is not None else size

    def mark(row: int, col: int) -> Mark:
        role = Role.CURRENT if (row, col) == current else Role.PLAIN
        return Mark(role, None if plane is None else float(plane[row, col]))

    row, col = current or (0, 0)
    focus = ((row, row), (col, col))
    return Plane(range(rows), range(cols), focus, mark, row_name, values=plane, heat=True)
