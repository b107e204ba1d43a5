"""Shape arithmetic with the present numbers in it: why 32 becomes 28, why 16*5*5 is 400.

The formulas are those of PyTorch's documentation of each layer, and are tested against torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from lenet_tui.explain.windows import Axis
from lenet_tui.text.numbers import shape_text, thousands

Shape = Sequence[int]
AXES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""What the documentation calls the spatial axes, by how many there are."""


def window_axes(
    sizes: Shape,
    kernel: int | Shape,
    stride: int | Shape | None = 1,
    padding: int | str | Shape = 0,
    dilation: int | Shape = 1,
    *,
    ceil_mode: bool = False,
) -> list[Axis]:
    """The spatial axes along which the window of a convolution or a pool slides.

    ``sizes``: of the input, (H, W) or the like; a single number stands for all axes. ``stride``
    ``None`` or empty: the kernel's size, as in a pool. ``padding``: also ``same`` and ``valid``.
    """
    count = len(sizes)
    kernels, dilations = _each(kernel, count), _each(dilation, count)
    strides = kernels if stride is None or stride == () else _each(stride, count)
    if isinstance(padding, str):
        wanted = [
            d * (k - 1) * (padding == "same") for k, d in zip(kernels, dilations, strict=True)
        ]
        ends = [(n // 2, n - n // 2) for n in wanted]
    else:
        ends = [(n, n) for n in _each(padding, count)]
    names = AXES.get(count, tuple(f"axis {n}" for n in range(count)))
    return [
        Axis(names[i], sizes[i], kernels[i], strides[i], dilations[i], *ends[i], "", ceil_mode)
        for i in range(count)
    ]


def window_lines(axes: Sequence[Axis]) -> list[str]:
    """A ``window_line`` for each axis; one alone where all axes have the same numbers."""
    rights = [_right_side(axis) for axis in axes]
    if len(set(rights)) == 1:
        return [f"{', '.join(axis.name for axis in axes)}: {rights[0]}"]
    return [f"{axis.name}: {right}" for axis, right in zip(axes, rights, strict=True)]


def _right_side(axis: Axis) -> str:
    """``⌊(32 + 2⋅0 − 1⋅(5 − 1) − 1) / 1 + 1⌋ = 28``, the numbers filled in.

    With ``ceil``, ``− 1`` after the bracket is the last window, which would start outside.
    """
    pad = f"2⋅{axis.before}" if axis.before == axis.after else f"{axis.before} + {axis.after}"
    room = f"({axis.size} + {pad} − {axis.dilation}⋅({axis.kernel} − 1) − 1)"
    inside = f"{room} / {axis.stride} + 1"
    if not axis.ceil:
        return f"⌊{inside}⌋ = {axis.out}"
    padded = axis.size + axis.before + axis.after
    hanging = -(-(padded - axis.extent) // axis.stride) + 1 - axis.out
    return f"⌈{inside}⌉{' − 1' * hanging} = {axis.out}"


def product(numbers: Iterable[int], sign: str = "⋅") -> str:
    """``16⋅5⋅5 = 400``; a single number stands alone."""
    values = list(numbers)
    total = thousands(math.prod(values))
    return f"{sign.join(map(str, values))} = {total}" if len(values) > 1 else total


def flat_line(shape: Shape) -> str:
    """``16*5*5 = 400``: how many numbers one sample of (N, …) has, as one writes it in Python."""
    return product(shape[1:], "*")


def reshape_line(before: Shape, after: Shape) -> str:
    """``1⋅16⋅5⋅5 = 400 = 1⋅400``: a view holds the same number of elements."""
    return f"{product(before)} = {'⋅'.join(map(str, after))}"


def count_line(weight: Shape, bias: bool) -> str:
    """``6⋅1⋅5⋅5 + 6 = 156``: the parameters of a layer with a ``weight`` (out, …)."""
    total = math.prod(weight) + weight[0] * bias
    return f"{'⋅'.join(map(str, weight))}{f' + {weight[0]}' * bias} = {thousands(total)}"


def linear_line(before: Shape, weight: Shape, bias: bool) -> str:
    """``1×400 ⋅ 400×120 + 120 = 1×120``: ``x Aᵀ + b`` in shapes, ``weight`` (out, in)."""
    after = shape_text((*before[:-1], weight[0]))
    return f"{shape_text(before)} ⋅ {shape_text(weight[::-1])}{f' + {weight[0]}' * bias} = {after}"


def chain_line(shapes: Iterable[Shape]) -> str:
    """``32 → 28 → 14``: the spatial sizes of (N, C, …) tensors on the way, each change once."""
    sides: list[str] = []
    for shape in shapes:
        spatial = tuple(shape[2:])
        side = str(spatial[0]) if len(set(spatial)) == 1 else shape_text(spatial)
        if sides[-1:] != [side]:
            sides.append(side)
    return " → ".join(sides)


def _each(value: int | Shape, count: int) -> tuple[int, ...]:
    if isinstance(value, int):
        return (value,) * count
    return tuple(value) * count if len(value) == 1 else tuple(value)
