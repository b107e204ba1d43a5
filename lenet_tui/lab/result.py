"""A layer of the lab as torch ran it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lenet_tui.protocol.request import Request

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FILLS = ("ramp", "random")
"""What the input holds: 0, 1, 2, … in order, or draws from a normal distribution (seed 0)."""


@dataclass(frozen=True, slots=True, eq=False)
class LabResult:
    """The layer as torch built and ran it; the answer to ``RunLab``.

    ``error``: torch's reason in one line if it refused; ``parameters`` and ``weight_shape`` are
    known all the same if only the input was refused. ``warnings``: what torch warned of.
    ``computed``: ``False`` where the layer is too large to be run; its shapes then come from
    torch's meta device, which computes no values. Arrays are float32 (``indices``: int64 into
    each channel's plane, as ``return_indices`` gives them), ``None`` where there are none or
    they are too large to carry.
    """

    layer: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...] | None = None
    parameters: int | None = None
    weight_shape: tuple[int, ...] | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()
    computed: bool = True
    input: npt.NDArray[np.float32] | None = None
    weight: npt.NDArray[np.float32] | None = None
    bias: npt.NDArray[np.float32] | None = None
    output: npt.NDArray[np.float32] | None = None
    indices: npt.NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class RunLab(Request[LabResult]):
    """Build and run the layer that ``text`` calls for, on an input of ``input_shape``.

    ``fill`` is what the input holds, one of ``FILLS``.
    """

    needs_session = False

    text: str
    input_shape: tuple[int, ...]
    fill: str = "ramp"
