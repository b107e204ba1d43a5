"""The formulas of a layer's shape and size, with its numbers filled in, as plain ASCII."""

from __future__ import annotations

from lenet_tui.explain.windows import Axis, Geometry, parameter_count, weight_shape
from lenet_tui.lab.layer import Layer

LESS = "less 1 that would start past the input"
"""Said where a pool's last window is ignored."""


def shape_formulas(known: Geometry, less: str = LESS) -> tuple[str, ...]:
    """The output's size along each axis, one line an axis (``Linear``: the product of shapes).

    ``less``: ``LESS``, as it is to be said.

    Source: "Shape" in PyTorch's documentation of the layer.
    """
    if not known.axes:
        x, y = _shape(known.input_shape), _shape(known.output_shape)
        bias = f" + {_shape((known.channels_out,))}" if known.bias else ""
        plus = " + b" if known.bias else ""
        weight = _shape((known.channels_in, known.channels_out))
        return (f"y = x @ W.T{plus}: {x} @ {weight}{bias} = {y}",)
    return tuple(_axis(axis, less) for axis in known.axes)


def symbols(kind: str) -> str:
    """The same formula in the words of the arguments, for one axis."""
    if kind == "Linear":
        return "y = x @ W.T + b"
    return "(size + 2*padding - dilation*(kernel_size - 1) - 1) / stride + 1"


def parameter_formula(layer: Layer) -> str | None:
    """How the parameters are counted, such as ``8*(3/1)*3*5 + 8 = 368``."""
    shape = weight_shape(layer)
    if layer.kind == "MaxPool2d" or shape is None:
        return None
    factors = [str(n) for n in shape]
    if layer.kind != "Linear" and layer["groups"] != 1:
        factors[1] = f"({int(str(layer['in_channels']))}/{int(str(layer['groups']))})"
    bias = f" + {shape[0]}" if layer["bias"] else ""
    return f"{'*'.join(factors)}{bias} = {parameter_count(layer)}"


def _axis(axis: Axis, less: str) -> str:
    pad = f"2*{axis.before}" if axis.before == axis.after else f"{axis.before} + {axis.after}"
    room = f"({axis.size} + {pad} - {axis.dilation}*({axis.kernel} - 1) - 1)"
    line = f"{axis.name}_out = {'ceil' if axis.ceil else 'floor'}({room} / {axis.stride} + 1)"
    if axis.ceil:
        all_windows = -(-(axis.size + axis.before + axis.after - axis.extent) // axis.stride) + 1
        if axis.beyond(all_windows):
            # "windows that would start in the right padded region are ignored" (MaxPool2d)
            return f"{line} = {all_windows}, {less} = {axis.out}"
    return f"{line} = {axis.out}"


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(str(n) for n in shape)})"
