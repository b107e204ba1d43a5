"""The transcript's data on a phase: digests and statistics of every tensor."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.frame import Shape
from lenet_tui.protocol.position import Position


@dataclass(frozen=True, slots=True)
class GradientState:
    sha256: str
    norm: float


@dataclass(frozen=True, slots=True)
class ParameterState:
    """A parameter at the cursor: digests of its value and of its gradient (``None``: no grad)."""

    name: str
    shape: Shape
    sha256: str
    grad: GradientState | None


@dataclass(frozen=True, slots=True)
class OpState:
    """A tape's entry in full, for the transcript.

    ``gradients``: for a backward node, (shape, sha256) of each gradient it produced; else
    ``None`` and the fields of the one tensor are filled in (for ``zero_grad`` there is none left:
    its ``sha256`` is empty). ``grad``: at an ``AccumulateGrad``, the parameter's ``.grad``.
    ``numbers``: what the entry computed beside tensors, by name.
    """

    iteration: int
    phase: str
    index: int
    name: str
    op: str
    module: str
    shape: Shape = ()
    dtype: str = ""
    sha256: str = ""
    low: float = 0.0
    high: float = 0.0
    mean: float = 0.0
    std: float = 0.0
    gradients: tuple[tuple[Shape, str] | None, ...] | None = None
    grad: tuple[Shape, str] | None = None
    numbers: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PhaseState:
    """A phase that a move passed, for the transcript."""

    position: Position
    how: str
    loss: float | None
    seconds: float
    parameters: tuple[ParameterState, ...]
    ops: tuple[OpState, ...]
