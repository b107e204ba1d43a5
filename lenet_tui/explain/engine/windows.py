"""The windows of a recorded op: their axes, their formulas, the regions that they read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box
from lenet_tui.explain.windows import Axis, window_axes

LETTERS = {1: ("l",), 2: ("h", "w"), 3: ("d", "h", "w")}
STEPS = {1: ("i",), 2: ("i", "j"), 3: ("a", "i", "j")}
"""What formulas call places in the output, and in the kernel."""


def axes_of(
    call: Call, kernel: Any, dimensions: int, default_stride: int | None
) -> tuple[Axis, ...]:
    """The axes along which the op's window slides: the last ones of its input."""
    return window_axes(
        call.source().shape[-dimensions:],
        kernel,
        call.get("stride", default_stride),
        call.get("padding", 0),
        call.get("dilation", 1),
        ceil_mode=bool(call.get("ceil_mode", False)),
    )


def read_region(axes: Sequence[Axis], box: Box) -> Box:
    """What the windows of a region of the output read, along the axes."""
    return tuple(
        (max(axis.start(low), 0), min(axis.start(high) + axis.extent, axis.size) - 1)
        for axis, (low, high) in zip(axes, box, strict=True)
    )


def reader_region(axes: Sequence[Axis], box: Box) -> Box | None:
    """The region of windows that read any of a region of the input; ``None``: there are none."""
    region = []
    for axis, (low, high) in zip(axes, box, strict=True):
        found = [window for cell in range(low, high + 1) for window in axis.readers(cell)[0]]
        if not found:
            return None
        region.append((min(found), max(found)))
    return tuple(region)


def letters(axes: Sequence[Axis]) -> tuple[str, str, str]:
    """What formulas call the index along the axes: of the output (``h,w``), of the kernel
    (``i,j``), and of the input cell where they meet (``2⋅h + i − 1, 2⋅w + j − 1``).
    """
    outputs, steps = LETTERS[len(axes)], STEPS[len(axes)]
    met = [_place(axis, *names) for axis, *names in zip(axes, outputs, steps, strict=True)]
    return ",".join(outputs), ",".join(steps), ", ".join(met)


def _place(axis: Axis, output: str, step: str) -> str:
    stride = f"{axis.stride}⋅{output}" if axis.stride != 1 else output
    dilation = f"{axis.dilation}⋅{step}" if axis.dilation != 1 else step
    before = f" − {axis.before}" if axis.before else ""
    return f"{stride} + {dilation}{before}"
