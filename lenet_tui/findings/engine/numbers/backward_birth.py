"""The first NaN or infinity among gradients whose loss is finite, with both factors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd.function import BackwardCFunction
from torch.autograd.graph import Node

from lenet_tui.findings.engine.numbers.causes import HALVES
from lenet_tui.findings.engine.numbers.chosen import passed_over
from lenet_tui.findings.engine.numbers.elements import Index, finite, first_bad
from lenet_tui.findings.engine.numbers.forward_birth import Birth, Given, behind
from lenet_tui.findings.engine.numbers.many import all_finite
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.tape.engine.entries import NodeEntry, OpEntry
from lenet_tui.tape.engine.tape import Tape, TapeSegment
from lenet_tui.text.numbers import index_text

ELEMENTWISE = frozenset(
    ("log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal", "exp", "expm1", "pow", "div",
     "mul", "acos", "asin", "atan2", "acosh", "atanh", "tan", "erfinv", "logit", "xlogy", "abs")
)  # fmt: skip
"""Ops whose slope at a single element can be had by running them on it alone."""


BY_HOOK, BY_MODULE_HOOK, BY_FUNCTION = "hook", "module-hook", "function"
"""Causes that are code of a person's own: a hook of a tensor or module, an autograd function."""


def backward_birth(tape: Tape, given: Given) -> Birth | None:
    """The first node on the way to a gradient that is not finite; ``None``: all are finite.

    Where the node's op was given a number that is not finite, though the loss does not see it, it
    is where that one comes from.

    An overflow of gradients that a scaler made larger is none: it skips the update and goes on
    with a smaller scale.
    """
    ops = [op for segment in tape.segments for op in segment.ops]
    for segment in tape.segments:
        if segment.phase is BACKWARD:
            found = _in(segment, ops)
            if found is None or (segment.scale > 1 and found.cause in _BY_SCALE):
                continue
            own = found.cause in (BY_HOOK, BY_MODULE_HOOK, BY_FUNCTION)
            return (found.op and not own and behind(tape, found.op, given)) or found
    return None


_BY_SCALE = ("overflow", "half-overflow")


def _in(segment: TapeSegment, ops: Sequence[OpEntry]) -> Birth | None:
    nodes = segment.nodes
    if all_finite(n.grad for n in nodes if n.parameter):
        return None
    end = next((n for n in nodes if n.parameter and not finite(n.grad)), None)
    if end is None or not all(finite(t) for t in _last_received(nodes)):
        return None
    givers: dict[Node, list[tuple[NodeEntry, int]]] = {}
    for entry in nodes:
        for place, (node, _) in enumerate(entry.following):
            if node is not None and place < len(entry.produced):
                givers.setdefault(node, []).append((entry, place))
    entry, place, seen = end, 0, {id(end)}
    while True:
        bad = [
            (giver, at)
            for giver, at in givers.get(entry.node, ())
            if not finite(giver.produced[at]) and id(giver) not in seen
        ]
        if not bad or (entry is not end and all(finite(t) for t in entry.received)):
            break
        entry, place = bad[0]
        seen.add(id(entry))
    received = next((t for t in entry.received if not finite(t)), None)
    if received is not None:  # nobody handed it on so: a hook has changed it on the way
        return _changed(entry, received, ops)
    return None if entry is end else _birth(entry, place, ops, segment.nodes)


def _changed(entry: NodeEntry, received: Tensor, ops: Sequence[OpEntry]) -> Birth:
    index, bad = first_bad(received)
    op = next((o for o in ops if o.node is entry.node), None)
    return Birth(
        "backward", entry.name, BY_HOOK, float(received[index]), index, bad, received.numel(),
        str(received.dtype)[6:], (), op, BACKWARD.name, {"node": entry.op},
    )  # fmt: skip


def _last_received(nodes: Sequence[NodeEntry]) -> Sequence[Tensor | None]:
    """What the first node was given: the gradient of the loss itself."""
    return nodes[0].received if nodes else ()


def _birth(
    entry: NodeEntry, place: int, ops: Sequence[OpEntry], nodes: Sequence[NodeEntry]
) -> Birth:
    made = entry.produced[place]
    assert made is not None
    index, bad = first_bad(made)
    value = float(made[index])
    op = next((o for o in ops if o.node is entry.node), None)
    received = _received(entry, index, made)
    slope, operand = _slope(op, place, index, made) if op is not None else (None, None)
    names: dict[str, float | str] = {"node": entry.op}
    if received is not None:
        names["received"] = received
    if slope is not None:
        names["slope"] = slope
    if operand is not None:
        names["operand"] = operand
    cause, tensor = _cause(value, received, slope, made), _of(entry, place, made, ops, nodes)
    if tensor:
        names["cell"] = f"{tensor}.grad{index_text(index)}"
    chooser = passed_over(op, index, made.shape, ops) if op is not None else None
    if chooser is not None and cause in ("zero-times-inf", "zero-times-nan"):
        cause, names["unchosen"] = "unchosen", chooser.name
    return Birth(
        "backward", entry.name, _by(entry) or cause, value, index, bad, made.numel(),
        str(made.dtype)[6:], (), op, BACKWARD.name, names,
    )  # fmt: skip


def _of(
    entry: NodeEntry, place: int, made: Tensor, ops: Sequence[OpEntry], nodes: Sequence[NodeEntry]
) -> str:
    """The name of what the gradient is handed to; empty: it has none."""
    node = entry.following[place][0] if place < len(entry.following) else None
    named = (o.name for o in ops if o.node is node and o.tensor.shape == made.shape)
    leaves = (n.parameter for n in nodes if n.node is node and n.parameter)
    return next(named, "") or next(leaves, "") if node is not None else ""


def _by(entry: NodeEntry) -> str:
    """Whose code a node runs, if it is none of torch's."""
    if not isinstance(entry.node, BackwardCFunction):
        return ""
    return BY_MODULE_HOOK if entry.op.startswith("BackwardHookFunction") else BY_FUNCTION


def _cause(value: float, received: float | None, slope: float | None, made: Tensor) -> str:
    if slope is not None and not math.isfinite(slope):
        if math.isnan(slope):
            return "zero-times-nan"
        return "zero-times-inf" if received == 0 else "infinite-slope"
    if math.isinf(value):
        return "half-overflow" if made.dtype in HALVES else "overflow"
    return "arithmetic"


def _received(entry: NodeEntry, index: Index, made: Tensor) -> float | None:
    """The gradient that the node was given for the same element."""
    given = [t for t in entry.received if t is not None]
    if len(given) == 1:
        if given[0].shape == made.shape:
            return float(given[0][index])
        if given[0].numel() == 1:
            return float(given[0].flatten()[0])
    return None


def _slope(
    op: OpEntry, place: int, index: Index, made: Tensor
) -> tuple[float | None, float | None]:
    """The derivative of an op at one element with respect to an operand, and that operand."""
    function = getattr(torch, op.op.strip("_"), None)
    if op.op.strip("_") not in ELEMENTWISE or function is None or made.shape != op.tensor.shape:
        return None, None
    args: list[object] = []
    wanted: Tensor | None = None
    counted = 0
    for value in op.args:
        if isinstance(value, Tensor):
            try:
                one = value.detach().expand(made.shape)[index].clone()
            except RuntimeError:
                return None, None
            if value.is_floating_point():
                if counted == place or (wanted is None and len(op.args) == 1):
                    wanted = one.requires_grad_()
                counted += 1
            args.append(one)
        else:
            args.append(value)
    if wanted is None:
        return None, None
    try:
        with torch.enable_grad():
            (slope,) = torch.autograd.grad(function(*args), wanted)
    except (RuntimeError, TypeError):
        return None, None
    return float(slope), float(wanted.detach())
