"""Shape arithmetic with the present numbers in it: why 32 becomes 28, why 16*5*5 is 400.

The formulas are those of PyTorch's documentation of each layer, and are tested against torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from lenet_tui.explain.windows import Axis
from lenet_tui.text.numbers import shape_text, thousands

Shape = Sequence[int]


def window_lines(axes: Sequence[Axis]) -> list[str]:
    """A ``window_line`` for each axis; one alone where all axes have the same numbers."""
    rights = [_right_side(axis) for axis in axes]
    if len(set(rights)) == 1:
        return [f"{', '.join(axis.name for axis in axes)}: {rights[0]}"]
    return [f"{axis.name}: {right}" for axis, right in zip(axes, rights, strict=True)]


def window_formula(axis: Axis, times: str = "⋅", minus: str = "−") -> str:
    """``(32 + 2⋅0 − 1⋅(5 − 1) − 1) / 1 + 1``: an output's size before it is rounded."""
    pad = f"2{times}{axis.before}" if axis.before == axis.after else f"{axis.before} + {axis.after}"
    extent = f"{axis.dilation}{times}({axis.kernel} {minus} 1)"
    return f"({axis.size} + {pad} {minus} {extent} {minus} 1) / {axis.stride} + 1"


def _right_side(axis: Axis) -> str:
    """``⌊(32 + 2⋅0 − 1⋅(5 − 1) − 1) / 1 + 1⌋ = 28``, the numbers filled in.

    With ``ceil``, ``− 1`` after the bracket is the last window, which would start outside.
    """
    inside = window_formula(axis)
    if not axis.ceil:
        return f"⌊{inside}⌋ = {axis.out}"
    return f"⌈{inside}⌉{' − 1' * axis.ignored} = {axis.out}"


def product(numbers: Iterable[int], sign: str = "⋅") -> str:
    """``16⋅5⋅5 = 400``; a single number has no product before it."""
    values = list(numbers)
    total = thousands(math.prod(values))
    return f"{sign.join(map(str, values))} = {total}" if len(values) > 1 else total


def flat_line(shape: Shape) -> str:
    """``16*5*5 = 400``: how many numbers one sample of (N, …) has, as one writes it in Python."""
    return product(shape[1:], "*")


def reshape_line(before: Shape, after: Shape) -> str:
    """``1⋅16⋅5⋅5 = 400 = 1⋅400``: a view holds the same number of elements."""
    return f"{product(before)} = {'⋅'.join(map(str, after))}"


def count_line(
    weight: Shape,
    bias: bool,
    *,
    groups: int = 1,
    times: str = "⋅",
    total: Callable[[int], str] = thousands,
) -> str:
    """``6⋅1⋅5⋅5 + 6 = 156``: the parameters of a layer with a ``weight`` (out, …).

    With ``groups`` the second factor is ``(in/groups)``. ``total``: how the count is written.
    """
    factors = list(map(str, weight))
    if groups != 1:
        factors[1] = f"({weight[1] * groups}/{groups})"
    count = math.prod(weight) + weight[0] * bias
    return f"{times.join(factors)}{f' + {weight[0]}' * bias} = {total(count)}"


def linear_line(
    before: Shape,
    weight: Shape,
    bias: bool,
    *,
    times: str = "⋅",
    shape: Callable[[Shape], str] = shape_text,
) -> str:
    """``1×400 ⋅ 400×120 + 120 = 1×120``: ``x Aᵀ + b`` in shapes, ``weight`` (out, in).

    ``shape``: how a shape is written.
    """
    plus = f" + {shape(weight[:1])}" * bias
    after = shape((*before[:-1], weight[0]))
    return f"{shape(before)} {times} {shape(weight[::-1])}{plus} = {after}"


def chain_line(shapes: Iterable[Shape]) -> str:
    """``32 → 28 → 14``: the spatial sizes of (N, C, …) tensors on the way, each change once."""
    sides: list[str] = []
    for shape in shapes:
        spatial = tuple(shape[2:])
        side = str(spatial[0]) if len(set(spatial)) == 1 else shape_text(spatial)
        if sides[-1:] != [side]:
            sides.append(side)
    return " → ".join(sides)
