"""Where a layer's window stands: shapes and positions by arithmetic alone, without torch.

The formulas are those of PyTorch's documentation of ``Conv1d``, ``Conv2d``, ``MaxPool2d`` and
``Linear``; tests hold them against torch. Torch itself judges what is possible: where these
functions raise ``NoWindow``, it is asked for the reason.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lenet_tui.lab.layer import Layer, Value

Shape = tuple[int, ...]
AXES = {"Conv1d": ("L",), "Conv2d": ("H", "W"), "MaxPool2d": ("H", "W"), "Linear": ()}
"""The names of the axes along which the window of each layer slides."""


class NoWindow(ValueError):
    """These arguments and this input give no window to draw."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis along which the window slides. Positions count from 0 at the first input cell.

    ``before``, ``after``: cells of padding at each end (negative: cells cut off). ``mode``: what
    padding cells hold: one of ``lab.MODES``, or ``-inf`` in a pool. ``out``: output cells.
    """

    name: str
    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    mode: str
    ceil: bool = False

    @property
    def extent(self) -> int:
        """Cells from the first to the last that one window reads, holes and all."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def out(self) -> int:
        room = self.size + self.before + self.after - self.extent
        if not self.ceil:
            return room // self.stride + 1
        out = -(-room // self.stride) + 1
        return out - 1 if self.beyond(out) else out

    def beyond(self, out: int) -> bool:
        """Whether the last of ``out`` windows would start in the padding after the input."""
        return (out - 1) * self.stride >= self.size + self.before

    def start(self, output: int) -> int:
        """The position that the window of output cell ``output`` reads first."""
        return output * self.stride - self.before

    def positions(self, output: int) -> range:
        """Every position that the window of ``output`` reads, in the kernel's order."""
        start = self.start(output)
        return range(start, start + self.extent, self.dilation)

    def reader(self, output: int, position: int) -> int | None:
        """Which kernel index reads ``position`` for ``output``; ``None``: none does."""
        step, rest = divmod(position - self.start(output), self.dilation)
        return step if rest == 0 and 0 <= step < self.kernel else None

    def source(self, position: int) -> int | None:
        """The input cell whose value stands at ``position``; ``None``: zero, −inf or nothing."""
        if 0 <= position < self.size:
            return position
        if not -self.before <= position < self.size + self.after:
            return None
        if self.mode == "reflect":
            return -position if position < 0 else 2 * (self.size - 1) - position
        if self.mode == "replicate":
            return 0 if position < 0 else self.size - 1
        return position % self.size if self.mode == "circular" else None


@dataclass(frozen=True, slots=True)
class Geometry:
    """All that is known of a layer on an input before torch has run it.

    ``groups``: 1 for ``Linear``; in a pool every channel is a group of its own. ``samples``: the
    shape of what stands before the channels (before the features in ``Linear``).
    """

    layer: Layer
    input_shape: Shape
    samples: Shape
    channels_in: int
    channels_out: int
    groups: int
    axes: tuple[Axis, ...]
    bias: bool

    @property
    def output_shape(self) -> Shape:
        return (*self.samples, self.channels_out, *(axis.out for axis in self.axes))

    def fed_by(self, channel: int) -> range:
        """The input channels that output channel ``channel`` reads."""
        each = self.channels_in // self.groups
        group = channel // max(self.channels_out // self.groups, 1)
        return range(group * each, (group + 1) * each)


def geometry(layer: Layer, input_shape: Shape) -> Geometry:
    """The layer's windows over an input of ``input_shape``; raises ``NoWindow``."""
    if layer.kind == "Linear":
        return _linear(layer, input_shape)
    names = AXES[layer.kind]
    if len(input_shape) not in (len(names) + 1, len(names) + 2):
        raise NoWindow(f"{layer.kind} takes an input of {len(names) + 1} or {len(names) + 2} sizes")
    sizes = input_shape[-len(names) :]
    samples, channels = input_shape[: -len(names) - 1], input_shape[-len(names) - 1]
    axes = (_pool_axes if layer.kind == "MaxPool2d" else _conv_axes)(layer, sizes)
    for axis in axes:
        if min(axis.kernel, axis.stride, axis.dilation) < 1:
            raise NoWindow("kernel size, stride and dilation count from 1")
        if axis.out < 1:
            raise NoWindow("the window is larger than the padded input")
    if layer.kind == "MaxPool2d":
        return Geometry(layer, input_shape, samples, channels, channels, channels, axes, False)
    ins, outs, groups = (_int(layer[n]) for n in ("in_channels", "out_channels", "groups"))
    if ins != channels or outs < 1 or groups < 1 or ins % groups or outs % groups:
        raise NoWindow("the channels do not fit")
    return Geometry(layer, input_shape, samples, ins, outs, groups, axes, bool(layer["bias"]))


def _linear(layer: Layer, shape: Shape) -> Geometry:
    ins, outs = _int(layer["in_features"]), _int(layer["out_features"])
    if not shape or shape[-1] != ins or outs < 0:
        raise NoWindow("the last size of the input must be in_features")
    return Geometry(layer, shape, shape[:-1], ins, outs, 1, (), bool(layer["bias"]))


def _conv_axes(layer: Layer, sizes: Shape) -> tuple[Axis, ...]:
    count = len(sizes)
    mode = str(layer["padding_mode"])
    kernels = _ints(layer["kernel_size"], count, spread=False)
    strides, dilations = (_ints(layer[n], count) for n in ("stride", "dilation"))
    padding = layer["padding"]
    if padding == "same":
        totals = [d * (k - 1) for d, k in zip(dilations, kernels, strict=True)]
        pads = [(t // 2, t - t // 2) for t in totals]
        if any(s != 1 for s in strides):
            raise NoWindow("'same' needs stride 1")
    elif padding == "valid":
        pads = [(0, 0)] * count
    else:
        # F.pad takes padding=(1,) for the last axis alone; only the zeros are spread over all.
        pads = [(p, p) for p in _ints(padding, count, spread=mode == "zeros")]
    for size, pad in zip(sizes, pads, strict=True):
        most = {"zeros": None, "reflect": size - 1, "circular": size}.get(mode)
        if most is not None and max(pad) > most:
            raise NoWindow(f"more padding than {mode} can fill")
        if min(pad) < 0 and (mode == "zeros" or size + sum(pad) < 1):
            raise NoWindow("negative padding")
        if size == 0 and mode != "zeros":
            raise NoWindow("nothing to copy")
    return tuple(
        Axis(name, size, k, s, d, before, after, mode)
        for name, size, k, s, d, (before, after) in zip(
            AXES[layer.kind], sizes, kernels, strides, dilations, pads, strict=True
        )
    )


def _pool_axes(layer: Layer, sizes: Shape) -> tuple[Axis, ...]:
    kernels = _ints(layer["kernel_size"], 2)
    strides = kernels if layer["stride"] in (None, ()) else _ints(layer["stride"], 2)
    pads, dilations = _ints(layer["padding"], 2), _ints(layer["dilation"], 2)
    for kernel, pad, dilation in zip(kernels, pads, dilations, strict=True):
        if not 0 <= pad <= (dilation * (kernel - 1) + 1) // 2:
            raise NoWindow("padding is at most half of the window")
    ceil = bool(layer["ceil_mode"])
    return tuple(
        Axis(name, size, k, s, d, p, p, "-inf", ceil)
        for name, size, k, s, d, p in zip(
            "HW", sizes, kernels, strides, dilations, pads, strict=True
        )
    )


def numbers(value: Value) -> Shape:
    """Every whole number in an argument's value, in order."""
    values = value if isinstance(value, tuple) else (value,)
    return tuple(int(v) for v in values if isinstance(v, int))


def _ints(value: Value, count: int, spread: bool = True) -> Shape:
    """``value`` as one number for each axis; ``spread``: a tuple of one stands for all axes."""
    if not isinstance(value, tuple):
        return (_int(value),) * count
    if len(value) == count:
        return tuple(_int(v) for v in value)
    if len(value) == 1 and spread:
        return (_int(value[0]),) * count
    raise NoWindow(f"{len(value)} numbers where {count} are wanted")


def _int(value: Value) -> int:
    if not isinstance(value, int):
        raise NoWindow("not a whole number")
    return int(value)


def weight_shape(layer: Layer) -> Shape | None:
    """The shape of the layer's weight; ``None`` for a pool, or where the arguments give none."""
    try:
        if layer.kind == "Linear":
            return (_int(layer["out_features"]), _int(layer["in_features"]))
        if layer.kind == "MaxPool2d":
            return None
        ins, outs, groups = (_int(layer[n]) for n in ("in_channels", "out_channels", "groups"))
        kernel = _ints(layer["kernel_size"], len(AXES[layer.kind]), spread=False)
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
