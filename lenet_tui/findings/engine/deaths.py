"""Where on its way a gradient became zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.tape.engine.entries import NodeEntry, OpEntry
from lenet_tui.tape.engine.tape import TapeSegment

BY_VALUE = (
    "Relu", "Threshold", "Hardtanh", "Hardsigmoid", "Hardswish", "Clamp", "Mul", "Mm", "Bmm",
    "Addmm", "Convolution", "Sigmoid", "Tanh", "Elu", "Gelu", "Silu", "Round", "Floor", "Sign",
)  # fmt: skip
"""Nodes that hand on zeros because of what the numbers are; others because they choose."""


@dataclass(frozen=True, slots=True)
class Death:
    """``where``: the op whose ``node`` was given a gradient and handed on zeros.

    ``by_value``: whether other numbers would have let some of it through.
    """

    where: str
    node: str
    by_value: bool


def deaths(
    segment: TapeSegment, zeros: Iterable[NodeEntry], ops: Iterable[OpEntry]
) -> dict[str, Death]:
    """For the leaves that were given zeros, where those began, by the parameters' names.

    A parameter is left out whose own op was given a gradient: then its share came to nothing.
    """
    handed: dict[Node, list[NodeEntry]] = {}
    own: dict[str, NodeEntry] = {}
    for entry in segment.nodes:
        for node, _ in entry.following:
            if node is not None:
                handed.setdefault(node, []).append(entry)
        if not entry.parameter:
            own.setdefault(entry.name, entry)
    by_name = {op.name: op for op in ops}
    found: dict[str, Death] = {}
    for leaf in zeros:
        before = handed.get(leaf.node, [])
        at = own.get(before[0].name) if before else None
        if at is None or any(nonzero(t) for t in at.received):
            continue
        seen = {at.node}
        while not any(nonzero(t) for t in at.received):
            above = [e for e in handed.get(at.node, []) if e.node not in seen]
            if not above:
                break
            at = next((e for e in above if any(nonzero(t) for t in e.received)), above[0])
            seen.add(at.node)
        found[leaf.parameter] = Death(at.name, at.op, _by_value(at, by_name.get(at.name)))
    return found


def _by_value(entry: NodeEntry, op: OpEntry | None) -> bool:
    if not entry.op.startswith(BY_VALUE):
        return False
    if entry.op.startswith("Mul") and op is not None:  # a part of the loss that is switched off
        return not any(isinstance(value, (int, float)) for value in op.args)
    return True


def nonzero(tensor: Tensor | None) -> bool:
    """Whether a gradient is there and has a number that is not zero."""
    if tensor is None:
        return False
    return bool((tensor._values() if tensor.is_sparse else tensor).count_nonzero())
