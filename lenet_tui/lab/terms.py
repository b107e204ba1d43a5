"""What one output cell of a layer is made of: every input or padding cell that it reads."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from lenet_tui.explain.windows import Geometry, Shape


@dataclass(frozen=True, slots=True)
class Tap:
    """One cell that an output cell reads.

    ``positions``: where on each sliding axis, counted from the first input cell (outside 0 …
    size − 1: padding). ``source``: index into the input of the cell whose value stands there;
    ``None`` for zeros, and for −inf in a pool. ``weight``: index of what it is multiplied by;
    ``None`` in a pool.
    """

    positions: Shape
    source: Shape | None
    weight: Shape | None


def tap_count(known: Geometry) -> int:
    """How many cells each output cell reads."""
    channels = 1 if known.layer.kind == "MaxPool2d" else known.channels_in // known.groups
    return channels * math.prod(axis.kernel for axis in known.axes)


def taps(known: Geometry, index: Shape) -> Iterator[Tap]:
    """The cells read by output cell ``index`` (an index into the whole output), in the order of
    the weight.
    """
    sample = index[: len(known.samples)]
    channel, outputs = index[len(known.samples)], index[len(known.samples) + 1 :]
    pool = known.layer.kind == "MaxPool2d"
    windows = [axis.positions(out) for axis, out in zip(known.axes, outputs, strict=True)]
    for nth, fed in enumerate([channel] if pool else known.fed_by(channel)):
        for steps in itertools.product(*(range(len(w)) for w in windows)):
            at = tuple(w[s] for w, s in zip(windows, steps, strict=True))
            cells = [axis.source(p) for axis, p in zip(known.axes, at, strict=True)]
            inside = [cell for cell in cells if cell is not None]
            yield Tap(
                at,
                (*sample, fed, *inside) if len(inside) == len(cells) else None,
                None if pool else (channel, nth, *steps),
            )


def cell_number(index: Shape, shape: Shape) -> int:
    """The place of ``index`` in a tensor of ``shape``, counted in row-major order from 0."""
    number = 0
    for i, size in zip(index, shape, strict=True):
        number = number * size + i
    return number


def cell_index(number: int, shape: Shape) -> Shape:
    """The index at place ``number``; the inverse of ``cell_number``."""
    index: list[int] = []
    for size in reversed(shape):
        number, i = divmod(number, size)
        index.insert(0, i)
    return tuple(index)
