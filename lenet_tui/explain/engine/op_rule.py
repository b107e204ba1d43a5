"""What is known of a kind of op: its arithmetic, forward and backward, and what depends on what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.terms import Gradient, Index, Work

Box = tuple[tuple[int, int], ...]
"""A region of a tensor: first and last index along each dimension."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``forward(call, index)``: how the output at ``index`` comes about.

    ``backward(call, argument, index, g)``: the op's share of the gradient on its tensor
    ``argument`` at ``index``, from the gradient ``g`` on its output. ``back(call, box)``: the
    regions of its tensor arguments that a region of the output depends on. ``ahead(call,
    argument, box)``: the region of the output that depends on a region of an argument (``None``:
    none of it does). ``NoArithmetic`` where the op was called in a way that is not known here.
    """

    forward: Callable[[Call, Index], Work]
    backward: Callable[[Call, str, Index, Gradient], Work]
    back: Callable[[Call, Box], dict[str, Box]]
    ahead: Callable[[Call, str, Box], Box | None]


def whole(shape: tuple[int, ...]) -> Box:
    """All of a tensor."""
    return tuple((0, n - 1) for n in shape)


def union(a: Box | None, b: Box) -> Box:
    """The smallest region that holds both."""
    if a is None:
        return b
    return tuple((min(p, r), max(q, s)) for (p, q), (r, s) in zip(a, b, strict=True))
