"""What one output cell of a layer is made of: every input or padding cell that it reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from lenet_tui.explain.windows import Geometry, Shape


@dataclass(frozen=True, slots=True)
class Tap:
    """One cell that an output cell reads.

    ``positions``: where on each sliding axis, counted from the first input cell (outside 0 …
    size − 1: padding). ``source``: index into the input of the cell whose value is there;
    ``None`` for zeros, and for −inf in a pool. ``weight``: index of what it is multiplied by
    (which a pool does not do).
    """

    positions: Shape
    source: Shape | None
    weight: Shape


def taps(known: Geometry, index: Shape) -> Iterator[Tap]:
    """The cells read by output cell ``index`` (an index into the whole output), in the order of
    the weight: ``known.reads`` of them.
    """
    count = len(known.samples)
    sample, channel, outputs = index[:count], index[count], index[count + 1 :]
    windows = [axis.positions(out) for axis, out in zip(known.axes, outputs, strict=True)]
    for nth, fed in enumerate(known.fed_by(channel)):
        for steps in itertools.product(*(range(len(w)) for w in windows)):
            at = tuple(w[s] for w, s in zip(windows, steps, strict=True))
            cells = [axis.source(p) for axis, p in zip(known.axes, at, strict=True)]
            inside = [cell for cell in cells if cell is not None]
            source = (*sample, fed, *inside) if len(inside) == len(cells) else None
            yield Tap(at, source, (channel, nth, *steps))
