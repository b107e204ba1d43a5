"""What arithmetic alone knows of a layer: windows, shapes, counts, and what each cell reads."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lenet_tui.explain.explain_shapes import count_line, linear_line, window_formula
from lenet_tui.explain.windows import (
    Axis,
    Geometry,
    NoWindow,
    Shape,
    check,
    convolution,
    per_axis,
    pool,
    whole,
)
from lenet_tui.lab.layer import Layer

SLIDING = {"Conv1d": 1, "Conv2d": 2, "MaxPool2d": 2, "Linear": 0}
"""Along how many axes the window of each layer slides."""
LESS = "less 1 that would start past the input"
"""The words for a pool's last window, which is ignored."""


def geometry(layer: Layer, input_shape: Shape) -> Geometry:
    """The layer's windows over an input of ``input_shape``; raises ``NoWindow``."""
    count = SLIDING[layer.kind]
    if not input_shape or (count and len(input_shape) - count not in (1, 2)):
        raise NoWindow(f"{layer.kind} takes an input of {count + 1} or {count + 2} sizes")
    moves = {n: layer[n] for n in ("stride", "padding", "dilation") if count}
    if layer.kind == "MaxPool2d":
        more = {"kernel": layer["kernel_size"], "ceil_mode": bool(layer["ceil_mode"])}
        known = pool(input_shape, count, **moves, **more)
        check(known.axes)
        return known
    ins, outs, groups = _channels(layer)
    weight = (outs, ins // max(groups, 1), *_kernel(layer))
    if count:
        moves["mode"] = layer["padding_mode"]
    known = convolution(input_shape, weight, groups, bool(layer["bias"]), **moves)
    check(known.axes)
    if weight_shape(layer) is None or ins != known.channels_in or outs < bool(count):
        raise NoWindow("the channels do not fit")
    return known


def weight_shape(layer: Layer) -> Shape | None:
    """The shape of the layer's weight; ``None`` for a pool, or where the arguments give none."""
    if layer.kind == "MaxPool2d":
        return None
    try:
        ins, outs, groups = _channels(layer)
        kernel = _kernel(layer)
    except NoWindow:
        return None
    if groups < 1 or ins % groups or outs % groups or min(ins, outs, *kernel) < 0:
        return None
    return (outs, ins // groups, *kernel)


def parameter_count(layer: Layer) -> int | None:
    """How many numbers the layer learns; ``None`` where the arguments give no weight."""
    if layer.kind == "MaxPool2d":
        return 0
    shape = weight_shape(layer)
    return None if shape is None else math.prod(shape) + (shape[0] if layer["bias"] else 0)


def parameter_formula(layer: Layer) -> str | None:
    """How the parameters are counted, such as ``8*(3/1)*3*5 + 8 = 368``, in ASCII."""
    shape = weight_shape(layer)
    if shape is None:
        return None
    groups = _channels(layer)[2]
    return count_line(shape, bool(layer["bias"]), groups=groups, times="*", total=str)


def shape_formulas(known: Geometry, less: str = LESS) -> tuple[str, ...]:
    """The output's size along each axis, one line an axis (``Linear``: the product of shapes).

    In ASCII, save ``less``, which is ``LESS`` in the reader's language.

    Source: "Shape" in PyTorch's documentation of the layer.
    """
    if known.axes:
        return tuple(_axis(axis, less) for axis in known.axes)
    weight = (known.channels_out, known.channels_in)
    line = linear_line(known.input_shape, weight, known.bias, times="@", shape=_shape)
    return (f"y = x @ W.T{' + b' * known.bias}: {line}",)


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


def _axis(axis: Axis, less: str) -> str:
    formula = window_formula(axis, "*", "-")
    line = f"{axis.name}_out = {'ceil' if axis.ceil else 'floor'}({formula}) = {axis.counted}"
    # "windows that would start in the right padded region are ignored" (MaxPool2d)
    return f"{line}, {less} = {axis.out}" if axis.ignored else line


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})"


def _channels(layer: Layer) -> tuple[int, int, int]:
    """Input channels, output channels, groups; raises ``NoWindow``."""
    if layer.kind == "Linear":
        return whole(layer["in_features"]), whole(layer["out_features"]), 1
    return whole(layer["in_channels"]), whole(layer["out_channels"]), whole(layer["groups"])


def _kernel(layer: Layer) -> Shape:
    count = SLIDING[layer.kind]
    return per_axis(layer["kernel_size"], count, spread=False) if count else ()
