"""Where windows slide: shapes and positions by arithmetic alone, without torch.

The formulas are those of PyTorch's documentation of its convolutions and pools; tests hold them
against torch. Torch itself judges what is possible: where these functions raise ``NoWindow``, it
is asked for the reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Shape = tuple[int, ...]
AXES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""What the documentation calls the spatial axes, by how many there are."""


class NoWindow(ValueError):
    """These arguments and this input give no window to draw."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis along which the window slides. Positions count from 0 at the first input cell.

    ``before``, ``after``: cells of padding at each end (negative: cells cut off). ``mode``: what
    padding cells hold: a ``padding_mode`` of torch, or ``-inf`` in a pool.
    """

    name: str
    size: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    mode: str = "zeros"
    ceil: bool = False

    @property
    def extent(self) -> int:
        """Cells from the first to the last that one window reads, holes and all."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def counted(self) -> int:
        """Output cells by the formula, one too many where ``ignored``."""
        room = self.size + self.before + self.after - self.extent
        return (-(-room // self.stride) if self.ceil else room // self.stride) + 1

    @property
    def ignored(self) -> bool:
        """Whether the last window of ``ceil`` would start in the padding after the input."""
        return self.ceil and (self.counted - 1) * self.stride >= self.size + self.before

    @property
    def out(self) -> int:
        """Output cells."""
        return self.counted - self.ignored

    @property
    def span(self) -> range:
        """All positions that any window reads, and all of the input."""
        last = self.start(self.out - 1) + self.extent
        return range(min(-self.before, 0), max(self.size + max(self.after, 0), last))

    def start(self, output: int) -> int:
        """The position that the window of output cell ``output`` reads first."""
        return output * self.stride - self.before

    def positions(self, output: int) -> range:
        """Every position that the window of ``output`` reads, in the kernel's order."""
        start = self.start(output)
        return range(start, start + self.extent, self.dilation)

    def source(self, position: int) -> int | None:
        """The input cell whose value is at ``position``; ``None``: zero, −inf or nothing."""
        if 0 <= position < self.size:
            return position
        if not -self.before <= position < self.size + self.after:
            return None
        if self.mode == "reflect":
            return -position if position < 0 else 2 * (self.size - 1) - position
        if self.mode == "replicate":
            return 0 if position < 0 else self.size - 1
        return position % self.size if self.mode == "circular" else None

    def reads(self, output: int) -> tuple[list[int], list[int]]:
        """The input cells that the window of ``output`` reads, and the kernel's index at each."""
        return _pairs(self.size, ((p, step) for step, p in enumerate(self.positions(output))))

    def readers(self, cell: int) -> tuple[list[int], list[int]]:
        """The windows that read an input ``cell``, and the kernel's index there."""
        far = ((cell + self.before - self.dilation * step, step) for step in range(self.kernel))
        return _pairs(self.out, ((n // self.stride, s) for n, s in far if n % self.stride == 0))

    def meetings(self, step: int) -> tuple[list[int], list[int]]:
        """The input cells that the kernel's index ``step`` meets, and the window of each."""
        far = self.dilation * step
        return _pairs(self.size, ((self.start(n) + far, n) for n in range(self.out)))


@dataclass(frozen=True, slots=True)
class Geometry:
    """A layer whose windows slide over an input, and which channels feed which.

    ``samples``: the sizes before the channels. ``groups``: in a pool every channel is a group of
    its own. Without ``axes`` it is a linear layer, whose channels are its features.
    """

    samples: Shape
    channels_in: int
    channels_out: int
    groups: int
    axes: tuple[Axis, ...]
    bias: bool = False

    @property
    def input_shape(self) -> Shape:
        return (*self.samples, self.channels_in, *(axis.size for axis in self.axes))

    @property
    def output_shape(self) -> Shape:
        return (*self.samples, self.channels_out, *(axis.out for axis in self.axes))

    @property
    def group_in(self) -> int:
        """Input channels of each group."""
        return self.channels_in // max(self.groups, 1)

    @property
    def group_out(self) -> int:
        """Output channels of each group."""
        return self.channels_out // max(self.groups, 1)

    @property
    def reads(self) -> int:
        """Cells that each output cell reads, padding too."""
        return self.group_in * math.prod(axis.kernel for axis in self.axes)

    def fed_by(self, channel: int) -> range:
        """The input channels that output channel ``channel`` reads."""
        first = channel // max(self.group_out, 1) * self.group_in
        return range(first, first + self.group_in)

    def feeds(self, channel: int) -> range:
        """The output channels that read input channel ``channel``."""
        first = channel // max(self.group_in, 1) * self.group_out
        return range(first, first + self.group_out)


def window_axes(
    sizes: Sequence[int],
    kernel: object,
    stride: object = 1,
    padding: object = 0,
    dilation: object = 1,
    *,
    ceil_mode: bool = False,
    mode: str = "zeros",
) -> tuple[Axis, ...]:
    """The spatial axes along which the window of a convolution or a pool slides.

    ``sizes``: of the input, (H, W) or the like; a single number is for all axes. ``stride``
    ``None`` or empty: the kernel's size, as in a pool. ``padding``: also ``same`` and ``valid``.
    ``mode``: as in ``Axis``. Raises ``NoWindow`` for what is no number of an axis.
    """
    count = len(sizes)
    kernels, dilations = per_axis(kernel, count), per_axis(dilation, count)
    strides = kernels if stride in (None, (), []) else per_axis(stride, count)
    if padding in ("same", "valid"):
        totals = [
            (padding == "same") * d * (k - 1) for k, d in zip(kernels, dilations, strict=True)
        ]
        ends = [(n // 2, n - n // 2) for n in totals]
        if padding == "same" and any(n != 1 for n in strides):
            raise NoWindow("'same' needs stride 1")
    else:
        # F.pad takes padding=(1,) for the last axis alone; only the zeros are on all axes.
        ends = [(n, n) for n in per_axis(padding, count, spread=mode in ("zeros", "-inf"))]
    names = AXES.get(count, tuple(f"axis {n}" for n in range(count)))
    return tuple(
        Axis(names[i], sizes[i], kernels[i], strides[i], dilations[i], *ends[i], mode, ceil_mode)
        for i in range(count)
    )


def convolution(
    shape: Shape, weight: Shape, groups: int = 1, bias: bool = False, **moves: Any
) -> Geometry:
    """A convolution with a ``weight`` (out, in/groups, …) over an input of ``shape``, or a linear
    layer, whose weight is (out, in). ``moves``: stride and so on, as of ``window_axes``.
    """
    place = len(shape) - len(weight) + 1
    axes = window_axes(shape[place + 1 :], weight[2:], **moves)
    return Geometry(shape[:place], shape[place], weight[0], groups, axes, bias)


def pool(shape: Shape, count: int, **moves: Any) -> Geometry:
    """A pool along the last ``count`` axes of an input; each channel is a group of its own."""
    place = len(shape) - count - 1
    axes = window_axes(shape[place + 1 :], mode="-inf", **moves)
    return Geometry(shape[:place], shape[place], shape[place], shape[place], axes)


def check(axes: Iterable[Axis]) -> None:
    """Raise ``NoWindow`` where torch refuses the numbers of an axis, or there is no output."""
    for axis in axes:
        _check(axis)


def _check(axis: Axis) -> None:
    low, high = min(axis.before, axis.after), max(axis.before, axis.after)
    most = {
        "reflect": axis.size - 1, "circular": axis.size, "-inf": axis.extent // 2
    }.get(axis.mode, high)  # fmt: skip
    if high > most:
        raise NoWindow(f"more padding than {axis.mode} can fill")
    if low < 0 and (axis.mode in ("zeros", "-inf") or axis.size + low + high < 1):
        raise NoWindow("negative padding")
    if axis.size == 0 and axis.mode not in ("zeros", "-inf"):
        raise NoWindow("nothing to copy")
    if min(axis.kernel, axis.stride, axis.dilation) < 1:
        raise NoWindow("kernel size, stride and dilation count from 1")
    if axis.out < 1:
        raise NoWindow("the window is larger than the padded input")


def per_axis(value: object, count: int, spread: bool = True) -> Shape:
    """``value`` as one number for each axis; ``spread``: a tuple of one is for all axes."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,) * count
    if len(values) == 1 and spread:
        values *= count
    if len(values) != count:
        raise NoWindow(f"{len(values)} numbers where {count} are wanted")
    return tuple(whole(v) for v in values)


def whole(value: object) -> int:
    """``value`` as a whole number; raises ``NoWindow``."""
    if not isinstance(value, int):
        raise NoWindow("not a whole number")
    return int(value)


def winner(values: Sequence[float]) -> int:
    """Which of a window's values a max-pool takes: the first of the largest, or the last NaN."""
    nan = [n for n, value in enumerate(values) if math.isnan(value)]
    return nan[-1] if nan else values.index(max(values))


def _pairs(size: int, found: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """The pairs whose first number is inside 0 … ``size`` − 1, as two lists."""
    inside = [pair for pair in found if 0 <= pair[0] < size]
    return [first for first, _ in inside], [second for _, second in inside]
