"""The state of the lab: a layer, an input, torch's answer, the selected output cell."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lenet_tui.explain.windows import Geometry, NoWindow, Shape
from lenet_tui.lab.geometry import SLIDING, geometry
from lenet_tui.lab.layer import Layer, LayerError, Value, default_input, with_argument, with_kind
from lenet_tui.lab.result import FILLS, LabResult, RunLab
from lenet_tui.tensors.tiling import ravel, unravel


@dataclass(slots=True)
class LabState:
    """Changed by the screen's keys, read by what draws.

    ``known``: the windows, where the arguments give any. ``result``: torch's answer to the newest
    question, ``None`` until it comes. ``index``: the selected output cell, ``None`` where there
    is none. ``fed``: which of the input channels that feed it is shown.
    """

    layer: Layer
    shape: Shape
    fill: str = FILLS[0]
    known: Geometry | None = None
    result: LabResult | None = None
    index: Shape | None = None
    fed: int = 0

    def __post_init__(self) -> None:
        self._renew()

    # Changes of the layer: each makes the answer at hand stale.

    def set_argument(self, name: str, value: Value) -> None:
        self.set_layer(with_argument(self.layer, name, value))

    def set_layer(self, layer: Layer) -> None:
        """Another layer. The input follows: another one for another kind, and as many channels
        as the layer takes where it had as many as the layer took before.
        """
        old, self.layer = self.layer, layer
        if layer.kind != old.kind:
            self.shape = default_input(layer)
        elif layer.kind != "MaxPool2d":
            self.shape = _followed(self.shape, _channels(old), _channels(layer), layer.kind)
        self._renew()

    def set_kind(self, kind: str) -> None:
        self.set_layer(with_kind(self.layer, kind))

    def set_shape(self, shape: Shape) -> None:
        self.shape = shape
        self._renew()

    def set_fill(self, fill: str) -> None:
        self.fill = fill
        self._renew()

    def question(self) -> RunLab:
        """What to ask of torch now."""
        return RunLab(str(self.layer), self.shape, self.fill)

    def _renew(self) -> None:
        self.result = None
        try:
            self.known = geometry(self.layer, self.shape)
        except NoWindow:
            self.known = None
        self._stay_inside()

    def _stay_inside(self) -> None:
        """Move the selected cell inside the new output, as near as that is."""
        shape = self.output_shape
        if shape is None or 0 in shape:
            self.index = None
            return
        old = self.index if self.index is not None and len(self.index) == len(shape) else None
        self.index = tuple(
            min(i, size - 1) for i, size in zip(old or (0,) * len(shape), shape, strict=True)
        )
        self.fed = min(self.fed, self.feeding - 1) if self.feeding else 0

    # Moves of the window

    def step(self, by: int) -> None:
        """To the next output cell in row-major order, around the end."""
        self._turn(slice(0, None), by)

    def move(self, dimension: int, by: int) -> None:
        """Along one dimension of the output (negative: from the last), stopping at its ends."""
        shape = self.output_shape
        if self.index is None or shape is None or not -len(shape) <= dimension < len(shape):
            return
        index = list(self.index)
        index[dimension] = min(max(index[dimension] + by, 0), shape[dimension] - 1)
        self.index = tuple(index)

    def turn_channel(self, by: int) -> None:
        """Another output channel, around the end."""
        if self.known is not None:
            place = len(self.known.samples)
            self._turn(slice(place, place + 1), by)

    def turn_fed(self, by: int) -> None:
        """Another one of the input channels that feed the output channel, around the end."""
        if self.feeding:
            self.fed = (self.fed + by) % self.feeding

    def turn_sample(self, by: int) -> None:
        """Another sample of the batch, around the end."""
        if self.known is not None:
            self._turn(slice(0, len(self.known.samples)), by)

    def _turn(self, part: slice, by: int) -> None:
        """Move on in row-major order within ``part`` of the index, around the end."""
        if self.index is not None and self.output_shape is not None:
            sizes, index = self.output_shape[part], list(self.index)
            place = (ravel(self.index[part], sizes) + by) % math.prod(sizes)
            index[part] = unravel(place, sizes)
            self.index = tuple(index)

    def whole_index(self, index: Shape) -> Shape:
        """``index`` into the output; fewer numbers than dimensions name the last ones.

        Raises ``LayerError`` with what there is.
        """
        shape = self.output_shape
        if self.index is None or shape is None:
            raise LayerError("lab:no-output")
        if not 1 <= len(index) <= len(shape):
            raise LayerError("lab:index-length", count=len(index), dimensions=len(shape))
        whole = (*self.index[: len(shape) - len(index)], *index)
        for i, size in zip(whole, shape, strict=True):
            if not 0 <= i < size:
                raise LayerError("lab:index-outside", i=i, last=size - 1)
        return whole

    def select(self, row: int, col: int) -> None:
        """Select a cell of the output's picture."""
        shape = self.output_shape
        if self.index is None or shape is None:
            return
        if len(shape) >= 2 and self.known is not None and self.known.axes:
            self.index = (*self.index[:-2], row, col)
        else:
            self.index = unravel(row * shape[-1] + col, shape)

    # What follows

    @property
    def output_shape(self) -> Shape | None:
        """As far as arithmetic knows; torch's may be ``None`` all the same."""
        return self.known.output_shape if self.known else None

    @property
    def feeding(self) -> int:
        """How many input channels feed one output channel, where they are shown one at a time."""
        if self.known is None:
            return 1
        return self.known.group_in if len(self.known.axes) == 2 else min(self.known.group_in, 1)

    @property
    def channel(self) -> int:
        """The output channel (``Linear``: feature) of the selected cell."""
        if self.index is None or self.known is None:
            return 0
        return self.index[len(self.known.samples)]

    @property
    def input_channel(self) -> int:
        """The input channel shown."""
        if self.known is None or not self.feeding:
            return 0
        return self.known.fed_by(self.channel)[self.fed]


def _channels(layer: Layer) -> Value:
    return layer["in_features" if layer.kind == "Linear" else "in_channels"]


def _followed(shape: Shape, old: Value, new: Value, kind: str) -> Shape:
    place = len(shape) - 1 - SLIDING[kind]
    if place < 0 or shape[place] != old or type(new) is not int or new < 0:
        return shape
    return (*shape[:place], new, *shape[place + 1 :])
