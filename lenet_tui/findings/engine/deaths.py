"""Where on its way a gradient became zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.tape.engine.entries import NodeEntry, OpEntry
from lenet_tui.tape.engine.tape import TapeSegment

BY_VALUE = (
    "Relu", "Threshold", "Hardtanh", "Hardsigmoid", "Hardswish", "Clamp", "Mul", "Mm", "Bmm",
    "Addmm", "Convolution", "Sigmoid", "Tanh", "Elu", "Gelu", "Silu",
)  # fmt: skip
"""Nodes that hand on zeros because of what the numbers are; others because they choose."""
ALWAYS = ("Round", "Floor", "Ceil", "Trunc", "Sign", "Sgn")
"""Nodes that hand on zeros whatever the numbers are."""


@dataclass(frozen=True, slots=True)
class Death:
    """``where``: the op whose ``node`` was given a gradient and handed on zeros.

    ``by_value``: whether other numbers would have let some of it through.
    """

    where: str
    node: str
    by_value: bool

    @property
    def always(self) -> bool:
        """Whether no numbers would have let any of it through: the op is flat in steps."""
        return self.node.startswith(ALWAYS)


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
            if node is None:
                continue
            if (known := handed.get(node)) is None:
                handed[node] = [entry]
            else:
                known.append(entry)
        if not entry.parameter:
            own.setdefault(entry.name, entry)
    by_name = {op.name: op for op in ops}
    climb = _Climb(handed)
    found: dict[str, Death] = {}
    for leaf in zeros:
        before = handed.get(leaf.node, [])
        at = own.get(before[0].name) if before else None
        if at is None or climb.given(at):
            continue
        at = climb.end(at)
        found[leaf.parameter] = Death(at.name, at.op, _by_value(at, by_name.get(at.name)))
    return found


class _Climb:
    """From nodes up to where a gradient was. Each node is looked at once, whoever comes by it.

    ``handed``: the entries that handed a gradient to each node.
    """

    def __init__(self, handed: Mapping[Node, Sequence[NodeEntry]]) -> None:
        self._handed = handed
        self._given: dict[int, bool] = {}
        self._ends: dict[int, NodeEntry] = {}

    def given(self, entry: NodeEntry) -> bool:
        """Whether an entry received anything but zeros."""
        known = self._given.get(id(entry))
        if known is None:
            known = self._given[id(entry)] = any(nonzero(t) for t in entry.received)
        return known

    def end(self, at: NodeEntry) -> NodeEntry:
        """The entry above that was given a gradient, or the last one on the way."""
        way: dict[Node, NodeEntry] = {}
        while id(at) not in self._ends and not self.given(at):
            way[at.node] = at
            above = [e for e in self._handed.get(at.node, ()) if e.node not in way]
            if not above:
                break
            at = next((e for e in above if self.given(e)), above[0])
        at = self._ends.get(id(at), at)
        self._ends.update((id(entry), at) for entry in way.values())
        return at


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
