"""The lab's pictures as data: the input under its window, the kernel, the output."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.windows import Axis, Geometry, Shape, winner
from lenet_tui.lab.ui.state import LabState
from lenet_tui.tensors.tiling import ravel
from lenet_tui.tensors.ui.planes import Array, Mark, Plane, Role

SOURCES = 512
"""Positions of one axis that are searched for padding that copies."""


@dataclass(frozen=True, slots=True)
class Line:
    """One axis of the input's picture, and the window of one ``output`` cell along it."""

    axis: Axis
    output: int

    @property
    def window(self) -> tuple[int, int]:
        """The first and the last position that the window reads."""
        cells = self.axis.positions(self.output)
        return (cells[0], cells[-1]) if len(cells) else (0, 0)

    def reads(self, position: int) -> bool:
        return position in self.axis.positions(self.output)

    def covers(self, position: int) -> bool:
        """Whether the window reads the position, or has a hole there."""
        first, last = self.window
        return first <= position <= last

    def inside(self, position: int) -> bool:
        return 0 <= position < self.axis.size

    def beyond(self, position: int) -> bool:
        """Whether only a window of ``ceil_mode`` reaches there, past the padding."""
        return position >= self.axis.size + max(self.axis.after, 0)

    def cut(self, position: int) -> bool:
        """Whether negative padding cuts an input cell off."""
        return not -self.axis.before <= position < self.axis.size + self.axis.after

    def copied(self) -> frozenset[int | None]:
        """The input cells that the window reads, directly or as padding that copies them."""
        return frozenset(map(self.axis.source, self.axis.positions(self.output)[:SOURCES]))

    def name(self, position: int) -> str:
        """The input cell whose value is there, by number; blank if there is none."""
        cell = self.axis.source(position)
        return "" if cell is None else str(cell)


def input_plane(state: LabState) -> Plane | None:
    """The input (one channel of it) with its padding, and the window over it."""
    known, index = state.known, state.index
    if known is None or index is None:
        return None
    rows, cols = _lines(known, index, state.channel)
    data = state.result.input if state.result else None
    shown = (
        None if data is None or not data.size else _shown(data, known, index, state.input_channel)
    )
    row_sources, col_sources = rows.copied(), cols.copied()
    largest = _winner(state)

    def role(row: int, col: int) -> Role:
        read = rows.reads(row) and cols.reads(col)
        covered = rows.covers(row) and cols.covers(col)
        if not (rows.inside(row) and cols.inside(col)):
            if rows.beyond(row) or cols.beyond(col):
                return Role.NOTHING
            return Role.PADDING_READ if read else Role.PADDING_HOLE if covered else Role.PADDING
        if rows.cut(row) or cols.cut(col):
            return Role.CUT
        if read:
            return Role.WINNER if (row, col) == largest else Role.READ
        if row in row_sources and col in col_sources:
            return Role.SOURCE
        return Role.HOLE if covered else Role.PLAIN

    def mark(row: int, col: int) -> Mark:
        cell = rows.axis.source(row), cols.axis.source(col)
        value = None if shown is None or None in cell else float(shown[cell])
        return Mark(role(row, col), value)

    return Plane(
        rows.axis.span, cols.axis.span, (rows.window, cols.window), mark,
        rows.name, cols.name, data, mode=cols.axis.mode,
    )  # fmt: skip


def _lines(known: Geometry, index: Shape, channel: int) -> tuple[Line, Line]:
    """Rows and columns of the input's picture; where nothing slides, an axis of one window."""
    if not known.axes:
        rows = Axis("", math.prod(known.samples), 1)
        columns = Axis("", known.channels_in, known.channels_in)
        return Line(rows, ravel(index[:-1], known.samples)), Line(columns, 0)
    last = Line(known.axes[-1], index[-1])
    if len(known.axes) > 1:
        return Line(known.axes[0], index[-2]), last
    groups = Axis("", known.channels_in, known.group_in, max(known.group_in, 1))
    return Line(groups, channel // known.group_out), last


def _shown(data: Array, known: Geometry, index: Shape, channel: int) -> Array:
    """The part of the input that the picture shows, (rows, columns)."""
    if not known.axes:
        return data.reshape(-1, known.channels_in)
    part: Array = data[index[: len(known.samples)]]
    return part if len(known.axes) == 1 else part[channel]


def _winner(state: LabState) -> tuple[int, int] | None:
    """The input cell that max-pooling takes: torch's own index, or by the arithmetic."""
    known, result = state.known, state.result
    if known is None or result is None or state.index is None or result.output is None:
        return None
    if state.layer.kind != "MaxPool2d" or result.output.shape != known.output_shape:
        return None
    if result.indices is not None:
        return divmod(int(result.indices[state.index]), known.axes[1].size)
    if result.input is None:
        return None
    rows, cols = (a.reads(i)[0] for a, i in zip(known.axes, state.index[-2:], strict=True))
    values = result.input[state.index[:-2]][np.ix_(rows, cols)].ravel().tolist()
    row, col = divmod(winner(values), len(cols)) if values else (0, 0)
    return (rows[row], cols[col]) if values else None


def kernel_plane(state: LabState) -> Plane | None:
    """The weights that the selected output cell is computed with."""
    known, weight = state.known, state.result.weight if state.result else None
    if known is None or state.index is None or weight is None or not weight.size:
        return None
    kernel = weight[state.channel]
    if len(known.axes) == 2:
        kernel = kernel[state.fed]
    elif not known.axes:
        kernel = kernel[None]
    first = known.fed_by(state.channel)[0] if len(known.axes) == 1 else 0
    return _whole(kernel, None, lambda row: str(row + first) if known.axes else "")


def output_plane(state: LabState) -> Plane | None:
    """The output (one channel of it) around the selected cell."""
    known, index = state.known, state.index
    if known is None or index is None:
        return None
    values = state.result.output if state.result else None
    if values is not None and values.shape != known.output_shape:
        values = None
    if not known.axes:
        rows = max(math.prod(known.samples), 1)
        shown = None if values is None else values.reshape(rows, -1)
        at = (ravel(index[:-1], known.samples), index[-1])
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
