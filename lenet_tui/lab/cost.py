"""How much memory and time a layer of the lab would take, known before it is allocated."""

from __future__ import annotations

import math

from lenet_tui.explain.windows import NoWindow
from lenet_tui.lab.geometry import geometry
from lenet_tui.lab.layer import Layer, Value

MOST_ELEMENTS = 2**26
"""Numbers in all tensors together, torch's own buffers included (256 MB of float32)."""
MOST_PRODUCTS = 2**32
"""Multiplications or comparisons: about a second of one core, a few where torch is slow."""


def too_large(layer: Layer, input_shape: tuple[int, ...]) -> bool:
    """Whether running the layer would take more than the lab spends on one answer."""
    elements, products = work(layer, input_shape)
    return elements > MOST_ELEMENTS or products > MOST_PRODUCTS


def work(layer: Layer, input_shape: tuple[int, ...]) -> tuple[int, int]:
    """At most how many (elements, products) torch touches, whether it refuses or not."""
    if layer.kind == "Linear":
        ins, outs = (max(_numbers(layer[n]), default=0) for n in ("in_features", "out_features"))
        rows = math.prod(input_shape[:-1])
        return math.prod(input_shape) + abs(ins * outs) + rows * abs(outs), rows * abs(ins * outs)
    weights, outs = 0, math.prod(input_shape[:-2])
    if layer.kind != "MaxPool2d":
        ins = max(_numbers(layer["in_channels"]), default=0)
        groups = max(_numbers(layer["groups"]), default=1)
        outs = abs(max(_numbers(layer["out_channels"]), default=0))
        weights = outs * max(abs(ins) // max(groups, 1), 1) * _window(layer)
    try:
        out = math.prod(geometry(layer, input_shape).output_shape)
    except NoWindow:
        out = _padded(layer, input_shape) * max(outs, 1)
    # torch may lay out every window's cells one by one (im2col).
    columns = 0 if layer.kind == "MaxPool2d" else out // max(outs, 1) * (weights // max(outs, 1))
    elements = _padded(layer, input_shape) + weights + out + columns
    return elements, out * max(weights // max(outs, 1), _window(layer))


def _window(layer: Layer) -> int:
    """Cells of one window in one channel."""
    cells = math.prod(max(abs(n), 1) for n in _numbers(layer["kernel_size"]))
    square = layer.kind.endswith("2d") and not isinstance(layer["kernel_size"], tuple)
    return cells * cells if square else cells


def _padded(layer: Layer, input_shape: tuple[int, ...]) -> int:
    """Elements of the input with padding at every end of every axis that could have it."""
    pads = _numbers(layer["padding"]) or (0,)
    if layer["padding"] == "same":
        most = max(map(abs, _numbers(layer["kernel_size"])), default=1)
        pads = (most * max(map(abs, _numbers(layer["dilation"])), default=1),)
    widest = max(map(abs, pads))
    axes = 1 if layer.kind == "Conv1d" else 2
    odd = isinstance(layer["padding"], tuple) and len(pads) > axes
    sliding = len(input_shape) if odd else min(axes, len(input_shape))
    kept = math.prod(input_shape[: len(input_shape) - sliding])
    return kept * math.prod(size + 2 * widest for size in input_shape[-sliding:])


def _numbers(value: Value) -> tuple[int, ...]:
    """Every whole number in an argument's value, in order."""
    values = value if isinstance(value, tuple) else (value,)
    return tuple(int(v) for v in values if isinstance(v, int))
