"""The windows of a recorded pool, and what formulas call the places along windows' axes."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_tui.explain.engine.links import SAME, Link, Links
from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.windows import Axis, Geometry, pool

LETTERS = {0: (), 1: ("l",), 2: ("h", "w"), 3: ("d", "h", "w")}
STEPS = {0: (), 1: ("i",), 2: ("i", "j"), 3: ("a", "i", "j")}
CELLS = {0: (), 1: ("y",), 2: ("y", "z"), 3: ("x", "y", "z")}
"""What formulas call places in the output, in the kernel, and in the input."""


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
    """The windows of a pool, such as ``max_pool2d``."""
    window = {"kernel": call.get("kernel_size"), "stride": call.get("stride")}
    more = call.given("padding", "dilation", "ceil_mode")
    return pool(call.source().shape, int(call.op[-2]), **window, **more)


def pooled_letters(call: Call) -> tuple[str, str, str]:
    """What a pool's formula calls the index of the output, of the kernel (as in ``max_i,j``) and
    of the input.
    """
    axes = pooled(call).axes
    lead = ("n", "c")[2 - call.source().tensor.dim() + len(axes) :]
    where = ", ".join([",".join(lead), *meetings(axes)])
    return ",".join([*lead, *LETTERS[len(axes)]]), f"_{','.join(STEPS[len(axes)])}", where


def adaptive(call: Call) -> Links:
    """Windows that vary in size: from ⌊i⋅size/out⌋ up to ⌈(i + 1)⋅size/out⌉."""
    count = int(call.op[-2])  # adaptive_avg_pool2d
    shape, result = call.source().shape, call.entry.tensor.shape
    sizes = zip(shape[-count:], result[-count:], strict=True)
    return Links(*(SAME for _ in shape[:-count]), *(_varying(*pair) for pair in sizes))


def _varying(size: int, outputs: int) -> Link:
    def reads(output: int) -> range:
        return range(output * size // outputs, -(-(output + 1) * size // outputs))

    return Link(reads, lambda cell: [o for o in range(outputs) if cell in reads(o)])
