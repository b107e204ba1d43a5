"""An output of any shape as rows of numbers: which row belongs to a sample and a position."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from lenet_tui.tensors.tiling import Index, Shape, unravel

MATRIX, SEQUENCES = 2, 3
"""Dimensions of outputs (N, C) and (N, T, C)."""


@dataclass(frozen=True, slots=True)
class OutputRows:
    """Rows of ``length`` numbers, for each of ``samples`` and of ``positions`` (0: the output has
    no such dimension). ``last``: the dimensions in a row. ``classes``: a row may be of classes.
    """

    samples: int
    positions: int
    last: Shape
    classes: bool

    @property
    def length(self) -> int:
        return prod(self.last)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return max(1, self.samples) * max(1, self.positions)

    def row(self, sample: int, position: int) -> int:
        """The row's number."""
        return self.at(sample) * max(1, self.positions) + self.place(position)

    def at(self, sample: int) -> int:
        """The sample that there is, nearest to ``sample``."""
        return max(0, min(sample, self.samples - 1))

    def place(self, position: int) -> int:
        """The position from 0 on; one before the first counts from the end."""
        position = position + self.positions if position < 0 else position
        return max(0, min(position, self.positions - 1))

    def index(self, sample: int, position: int, number: int) -> Index:
        """The index in the whole output of a row's element."""
        n = (self.at(sample),) if self.samples else ()
        t = (self.place(position),) if self.positions else ()
        return (*n, *t, *unravel(number, self.last))


def output_rows(shape: Shape, target: Shape = ()) -> OutputRows:
    """The rows of an output of ``shape``; ``target``: the target's, which tells (N, T, C) from
    (N, C, T).

    (N, C) and (N, T, C) are rows of classes; of anything else a row is a whole sample, and an
    output of one dimension, or none, is one row.
    """
    if len(shape) < MATRIX:
        return OutputRows(0, 0, shape, classes=False)
    if len(shape) == MATRIX:
        return OutputRows(shape[0], 0, shape[1:], classes=True)
    channels = len(target) == MATRIX and target[1] == shape[2] != shape[1]
    if len(shape) == SEQUENCES and not channels:
        return OutputRows(shape[0], shape[1], shape[2:], classes=True)
    return OutputRows(shape[0], 0, shape[1:], classes=False)
