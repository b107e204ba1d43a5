"""The norms of the gradients of an iteration: all at once those that every parameter has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from torch import Tensor

from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.elements import finite
from lenet_tui.findings.engine.numbers.many import norms
from lenet_tui.protocol.phases import BACKWARD, UPDATE
from lenet_tui.tape.engine.entries import GradientEntry


class GradientNorms:
    """Of what the backwards of an iteration left and its updates read, and of any other tensor."""

    def __init__(self, iteration: Iteration | None = None) -> None:
        self._known = {} if iteration is None else norms(_gradients(iteration))

    def of(self, tensor: Tensor | None) -> float:
        """The norm of a tensor that lives as long as the iteration; of ``None`` it is 0."""
        known = self._known.get(id(tensor))
        return norm(tensor) if known is None else known

    def finite(self, tensor: Tensor | None) -> bool:
        """Whether all of its numbers are finite: so they are where the norm is."""
        return math.isfinite(self._known.get(id(tensor), math.inf)) or finite(tensor)


def _gradients(iteration: Iteration) -> Iterator[Tensor | None]:
    for segment in iteration.tape.segments:
        if segment.phase is BACKWARD:
            yield from (e.grad for e in segment.nodes if e.parameter)
        elif segment.phase is UPDATE:
            yield from (e.grad for e in segment.updates)


def measured(entries: Sequence[GradientEntry]) -> dict[str, float]:
    """The norm before, and by what clipping by value has multiplied it."""
    before, after = (
        math.sqrt(sum(norm(t) ** 2 for t in tensors))
        for tensors in ([e.before for e in entries], [e.after for e in entries])
    )
    return {"norm": before, "factor": after / before if before else 1.0}


def empty(tensor: Tensor | None) -> bool:
    """Whether a gradient is ``None``, or zero everywhere."""
    return tensor is None or (not tensor.is_sparse and not bool(tensor.count_nonzero()))


def norm(tensor: Tensor | None) -> float:
    """The Euclidean norm in float32; of ``None`` it is 0."""
    if tensor is None:
        return 0.0
    dense = (tensor.to_dense() if tensor.is_sparse else tensor).detach()
    return float((dense if dense.is_complex() else dense.float()).norm())
