"""A layer of the lab as plain data: which class of ``torch.nn``, and the arguments given."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.text.notice import Problem

Value = int | float | str | bool | None | tuple["Value", ...]
"""What an argument may be: a literal."""

MODES = ("zeros", "reflect", "replicate", "circular")
MAX_NUMBER = 2**31 - 1
"""Larger numbers overflow inside torch's kernels; the lab refuses them."""


class LayerError(Problem, ValueError):
    """A text that is no layer, no shape or no index; it says what would work."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter of a layer's constructor.

    ``choices``: what it can be, where that is a short list. ``fixed``: part of torch's signature,
    but only its default is taken here.
    """

    name: str
    default: Value = None
    required: bool = False
    choices: tuple[Value, ...] = ()
    fixed: bool = False


_YES_NO = (True, False)
_PLACE = (Argument("device", fixed=True), Argument("dtype", fixed=True))
_CONV = (
    Argument("in_channels", 1, required=True),
    Argument("out_channels", 1, required=True),
    Argument("kernel_size", 3, required=True),
    Argument("stride", 1),
    Argument("padding", 0),
    Argument("dilation", 1),
    Argument("groups", 1),
    Argument("bias", True, choices=_YES_NO),
    Argument("padding_mode", "zeros", choices=MODES),
    *_PLACE,
)
SIGNATURES: dict[str, tuple[Argument, ...]] = {
    "Conv1d": _CONV,
    "Conv2d": _CONV,
    "MaxPool2d": (
        Argument("kernel_size", 2, required=True),
        Argument("stride", None),
        Argument("padding", 0),
        Argument("dilation", 1),
        Argument("return_indices", False, choices=_YES_NO),
        Argument("ceil_mode", False, choices=_YES_NO),
    ),
    "Linear": (
        Argument("in_features", 1, required=True),
        Argument("out_features", 1, required=True),
        Argument("bias", True, choices=_YES_NO),
        *_PLACE,
    ),
}
"""The parameters of each layer, in the order of torch's constructor."""

FIRST_LAYER = "Conv2d(1, 6, 5)"
"""LeNet's first layer, which the lab starts with."""
KINDS = tuple(SIGNATURES)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer and the arguments given, in the signature's order; the rest are torch's defaults."""

    kind: str
    given: tuple[tuple[str, Value], ...]

    def __getitem__(self, name: str) -> Value:
        """The value of an argument, given or default; ``KeyError`` if there is none."""
        for key, value in self.given:
            if key == name:
                return value
        return _argument(self.kind, name).default

    def __str__(self) -> str:
        """The call as Python text: required arguments by position, the others by keyword."""
        required = {a.name for a in SIGNATURES[self.kind] if a.required}
        parts = [repr(v) if k in required else f"{k}={v!r}" for k, v in self.given]
        return f"{self.kind}({', '.join(parts)})"


def make_layer(kind: str, **values: Value) -> Layer:
    """The layer with these arguments, in the signature's order. ``KeyError``: no such argument."""
    for name in values:
        _argument(kind, name)
    names = (a.name for a in SIGNATURES[kind])
    return Layer(kind, tuple((name, values[name]) for name in names if name in values))


def with_argument(layer: Layer, name: str, value: Value) -> Layer:
    """``layer`` with one argument changed; left out where it is the default."""
    values = dict(layer.given) | {name: value}
    argument = _argument(layer.kind, name)
    if not argument.required and _same(value, argument.default):
        del values[name]
    return make_layer(layer.kind, **values)


def with_kind(layer: Layer, kind: str) -> Layer:
    """Another kind of layer with the arguments that both have, and defaults for the others."""
    names = {a.name for a in SIGNATURES[kind]}
    axes = 1 if kind == "Conv1d" else 2
    kept = {k: _fitted(v, axes) for k, v in layer.given if k in names}
    if kind == "MaxPool2d" and isinstance(kept.get("padding"), str):
        del kept["padding"]
    missing = {a.name: a.default for a in SIGNATURES[kind] if a.required and a.name not in kept}
    return make_layer(kind, **(missing | kept))


def python_line(layer: Layer) -> str:
    """The line of Python that makes the layer."""
    return f"nn.{layer}"


def default_input(layer: Layer) -> tuple[int, ...]:
    """An input shape that suits the layer: LeNet's 32 × 32, eight words, two samples."""
    if layer.kind == "MaxPool2d":
        return (1, 1, 8, 8)
    channels = layer["in_features" if layer.kind == "Linear" else "in_channels"]
    size = channels if type(channels) is int and 0 <= channels <= MAX_NUMBER else 1
    return {"Conv1d": (1, size, 8), "Linear": (2, size)}.get(layer.kind, (1, size, 32, 32))


def without_defaults(layer: Layer) -> Layer:
    """The same layer without the arguments that are defaults."""
    for name, value in layer.given:
        layer = with_argument(layer, name, value)
    return layer


def _argument(kind: str, name: str) -> Argument:
    for argument in SIGNATURES[kind]:
        if argument.name == name:
            return argument
    raise KeyError(name)


def _fitted(value: Value, axes: int) -> Value:
    """A tuple for another number of axes as one number, the last one."""
    return value[-1] if isinstance(value, tuple) and value and len(value) != axes else value


def _same(left: Value, right: Value) -> bool:
    return type(left) is type(right) and left == right
