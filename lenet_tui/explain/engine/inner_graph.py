"""The nodes inside of an op that torch makes of several, and the dropout among them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.rounding import Rounded, computing_in
from lenet_tui.tape.engine.backward_recorder import kind
from lenet_tui.tape.engine.edges import Edge

DROPOUTS = ("MulBackward0", "NativeDropoutBackward0")
"""The kinds of nodes that a dropout may have."""


def inside(call: Call) -> tuple[set[Node], set[Edge]]:
    """The nodes of an op, and which of the edges that it was given they lead to."""
    nodes: set[Node] = set()
    ends: set[Edge] = set()
    stop = {e for several in call.entry.given.values() for e in several}
    waiting = [call.edge]
    while waiting:
        edge = waiting.pop()
        if edge is None or edge[0] in nodes:
            continue
        if edge in stop and edge != call.edge:
            ends.add(edge)
            continue
        nodes.add(edge[0])
        waiting += [(n, at) for n, at in edge[0].next_functions if n is not None]
    return nodes, ends


def dropped(call: Call, p: float, shapes: list[tuple[int, ...]]) -> list[Rounded]:
    """The factor of each number, 0 or 1 / (1 − p), of every dropout inside of an op on a tensor of
    one of ``shapes``, in the order in which they ran; none before a backward.

    It is read off the gradients that went in and out; where these were 0, either may be true. What
    the graph itself holds is left alone: to read it may run a checkpointed block again.
    """
    nodes = {n for n in inside(call)[0] if _of_dropout(n)}
    found = [_factor(call, n, p, shapes) for n in sorted(nodes, key=lambda n: n._sequence_nr())]
    return [f for f in found if f is not None]


def _of_dropout(node: Node) -> bool:
    """Whether a node may be a dropout's: of a product, only the left factor has a gradient."""
    if kind(node) not in DROPOUTS:
        return False
    onward = [n for n, _ in node.next_functions]
    return bool(onward) and onward[0] is not None and not any(onward[1:])


def _factor(call: Call, node: Node, p: float, shapes: list[tuple[int, ...]]) -> Rounded | None:
    """What one dropout multiplied by; ``None``: it is not known, or not such a dropout."""
    seen, scale = _seen(call, node), 1 / (1 - p) if p < 1 else 0.0
    if seen is None or tuple(seen.shape) not in shapes:
        return None
    factor = seen.detach().to("cpu", torch.float64).numpy()
    kept, sure = factor != 0, ~np.isnan(factor)
    if (np.abs(factor[kept & sure] - scale) > 0.02 * scale).any():
        return None
    precision, value = computing_in(), kept * scale
    error = np.where(sure, 2 * (precision.step + precision.own) * value, scale / 2)
    return Rounded(np.where(sure, value, scale / 2), error)


def _seen(call: Call, node: Node) -> Tensor | None:
    """What a node multiplied by; NaN where that cannot be seen."""
    ran = call.ran(node)
    if ran is None or ran.received[0] is None or ran.produced[0] is None:
        return None
    return ran.produced[0].double() / ran.received[0].double()
