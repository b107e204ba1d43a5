"""The windows of a recorded op: their axes, and what formulas call the places along them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.windows import Axis, Geometry, window_axes

LETTERS = {0: (), 1: ("l",), 2: ("h", "w"), 3: ("d", "h", "w")}
STEPS = {0: (), 1: ("i",), 2: ("i", "j"), 3: ("a", "i", "j")}
CELLS = {0: (), 1: ("y",), 2: ("y", "z"), 3: ("x", "y", "z")}
"""What formulas call places in the output, in the kernel, and in the input."""


def axes_of(
    call: Call, kernel: Any, dimensions: int, default_stride: int | None
) -> tuple[Axis, ...]:
    """The axes along which the op's window slides: the last ones of its input."""
    return window_axes(
        call.source().shape[len(call.source().shape) - dimensions :],
        kernel,
        call.get("stride", default_stride),
        call.get("padding", 0),
        call.get("dilation", 1),
        ceil_mode=bool(call.get("ceil_mode", False)),
    )


def meetings(axes: Sequence[Axis]) -> list[str]:
    """What formulas call the input cells where windows and kernel meet: ``2⋅h + i − 1``."""
    names = zip(LETTERS[len(axes)], STEPS[len(axes)], strict=True)
    return [_meeting(axis, *pair) for axis, pair in zip(axes, names, strict=True)]


def _meeting(axis: Axis, output: str, step: str) -> str:
    stride = f"{axis.stride}⋅{output}" if axis.stride != 1 else output
    dilation = f"{axis.dilation}⋅{step}" if axis.dilation != 1 else step
    before = f" − {axis.before}" if axis.before else ""
    return f"{stride} + {dilation}{before}"


def pooled(call: Call) -> Geometry:
    """The windows of a pool, in which every channel is a group of its own."""
    count, shape = int(call.op[-2]), call.source().shape  # max_pool2d
    axes, place = axes_of(call, call.get("kernel_size"), count, None), len(shape) - count - 1
    return Geometry(shape[:place], shape[place], shape[place], shape[place], axes)


def pooled_letters(call: Call) -> tuple[str, str, str]:
    """What a pool's formula calls the index of the output, of the kernel and of the input."""
    axes = pooled(call).axes
    lead = ("n", "c")[2 - call.source().tensor.dim() + len(axes) :]
    where = ", ".join([",".join(lead), *meetings(axes)])
    return ",".join([*lead, *LETTERS[len(axes)]]), ",".join(STEPS[len(axes)]), where
