"""Windows that slide over an input: which cells they read, and which windows read a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box
from lenet_tui.explain.explain_shapes import window_axes
from lenet_tui.explain.windows import Axis

Numbers = npt.NDArray[np.int64]
LETTERS = {1: ("l",), 2: ("h", "w"), 3: ("d", "h", "w")}
STEPS = {1: ("i",), 2: ("i", "j"), 3: ("a", "i", "j")}
"""What formulas call places in the output, and in the kernel."""


def axes_of(call: Call, kernel: Any, dimensions: int, default_stride: int | None) -> list[Axis]:
    """The axes along which the op's window slides: the last ones of its input."""
    sizes = call.source().shape[-dimensions:]
    return window_axes(
        sizes,
        kernel,
        call.get("stride", default_stride),
        call.get("padding", 0),
        call.get("dilation", 1),
        ceil_mode=bool(call.get("ceil_mode", False)),
    )


def reads(axis: Axis, output: int) -> tuple[Numbers, Numbers]:
    """The input cells that the window of ``output`` reads, and the kernel's index at each."""
    steps = np.arange(axis.kernel)
    cells = axis.start(output) + axis.dilation * steps
    inside = (cells >= 0) & (cells < axis.size)
    return cells[inside], steps[inside]


def readers(axis: Axis, cell: int, outputs: int) -> tuple[Numbers, Numbers]:
    """The windows (of ``outputs``) that read an input ``cell``, and the kernel's index there."""
    steps = np.arange(axis.kernel)
    far = cell + axis.before - axis.dilation * steps
    windows = far // axis.stride
    good = (far % axis.stride == 0) & (windows >= 0) & (windows < outputs)
    return windows[good], steps[good]


def meetings(axis: Axis, step: int, outputs: int) -> tuple[Numbers, Numbers]:
    """The windows in which the kernel's index ``step`` meets an input cell, and the cells."""
    windows = np.arange(outputs)
    cells = windows * axis.stride - axis.before + axis.dilation * step
    inside = (cells >= 0) & (cells < axis.size)
    return windows[inside], cells[inside]


def read_region(axes: Sequence[Axis], box: Box) -> Box:
    """What the windows of a region of the output read, along the axes."""
    return tuple(
        (max(axis.start(low), 0), min(axis.start(high) + axis.extent, axis.size) - 1)
        for axis, (low, high) in zip(axes, box, strict=True)
    )


def reader_region(axes: Sequence[Axis], box: Box, outputs: Sequence[int]) -> Box | None:
    """The region of windows that read any of a region of the input; ``None``: there are none."""
    region = []
    for axis, (low, high), count in zip(axes, box, outputs, strict=True):
        found = [w for cell in range(low, high + 1) for w in readers(axis, cell, count)[0]]
        if not found:
            return None
        region.append((int(min(found)), int(max(found))))
    return tuple(region)


def place(axis: Axis, output: str, step: str) -> str:
    """The input cell that the kernel's index ``step`` meets, in letters: ``2⋅h + i − 1``."""
    stride = f"{axis.stride}⋅{output}" if axis.stride != 1 else output
    dilation = f"{axis.dilation}⋅{step}" if axis.dilation != 1 else step
    before = f" − {axis.before}" if axis.before else ""
    return f"{stride} + {dilation}{before}"


def pooled(value: Any) -> Any:
    """A kernel or stride that a pool takes as a number or a tuple; an empty one is none."""
    return None if value in ((), []) else tuple(value) if isinstance(value, list) else value
