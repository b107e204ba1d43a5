"""Where what one side of an op gives the parameters is what the other side takes away."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lenet_tui.findings.engine.iteration import Iteration

COMPARES = frozenset(("sub", "div", "true_divide"))
"""Ops whose result is the same everywhere, 0 or 1, where both sides are equal."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An op that compares two results of the same numbers, both with gradients."""

    op: str
    phase: str
    where: str
    line: str
    shape: tuple[int, ...]


def cancelled(iteration: Iteration) -> Cancelled | None:
    """The first op whose two sides are equal in each number, come from different ops, and both
    hand gradients on. Only where all gradients are zero does it tell why.
    """
    for call in iteration.calls:
        if call.name not in COMPARES or call.entry is None or not call.graph:
            continue
        one, other = call.argument(0, "input"), call.argument(1, "other")
        if not (isinstance(one, Tensor) and isinstance(other, Tensor)):
            continue
        if one is other or one.grad_fn is None or other.grad_fn is None or one.numel() < 2:
            continue
        if one.grad_fn is not other.grad_fn and one.shape == other.shape and one.equal(other):
            phase = iteration.phase_of(call.entry)
            return Cancelled(call.name, phase, call.where, call.line, tuple(one.shape))
    return None
