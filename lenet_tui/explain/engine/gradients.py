"""Why a gradient is what it is: the shares of every op that read the tensor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from torch import Tensor
from torch.autograd.function import BackwardCFunction
from torch.autograd.graph import Node

from lenet_tui.explain.engine.inner_graph import inside
from lenet_tui.explain.engine.op_rule import Call, asked
from lenet_tui.explain.engine.recorded_pass import RecordedPass
from lenet_tui.explain.engine.registry import RULES, rule_for
from lenet_tui.explain.engine.terms import (
    Gradient,
    Index,
    NoArithmetic,
    Source,
    Sum,
    Terms,
    made_in,
    plain,
    read,
)
from lenet_tui.explain.rounding import Rounded, coarsest, computing_in, exact
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.tape.engine.backward_recorder import kind
from lenet_tui.tape.engine.edges import Edge
from lenet_tui.tape.engine.entries import Entry
from lenet_tui.tape.engine.names import feeders

Reader = tuple[Call, str, Gradient]
"""An op, which of its arguments, and the gradient on its output."""


def readers(recorded: RecordedPass, name: str, made_by: Call | None) -> Iterator[Reader]:
    """The ops that read a tensor and through which the backward came.

    ``made_by``: the op that made it; ``None``: it is the parameter ``name``. An op that hands its
    argument on as it is does not count: its own readers do.
    """
    edge = made_by.edge if made_by else None
    if made_by is not None and made_by.part:
        yield from _own_reader(recorded, made_by)
    for call in recorded.calls:
        for argument, source in call.tensors():
            if not (_is(source, made_by, edge) if made_by else _is_parameter(source, name)):
                continue
            if edge is not None and call.edge is not None and edge not in inside(call)[1]:
                continue  # as the other of x.view_as(other), which gets no gradient
            for part in call.parts():
                if edge is not None and part.edge == edge:
                    continue
                gradient = recorded.gradient(part, argument)
                if gradient is not None:
                    yield part, argument, gradient


def _own_reader(recorded: RecordedPass, made_by: Call) -> Iterator[Reader]:
    """The op itself, where its first output is made of another one: as an LSTM cell's h of c."""
    first, rule = replace(made_by, part=None), RULES.get(made_by.op)
    if rule is None or not rule.together or made_by.edge is None or first.edge == made_by.edge:
        return
    gradient = recorded.gradient(first)
    if gradient is not None and made_by.edge[0] in inside(first)[0]:
        yield first, f"[{made_by.part}]", gradient


def _is(source: Source, made_by: Call, edge: Edge | None) -> bool:
    """Whether a tensor is what an op made, or what another handed on of it as it was."""
    if made_by.makes(source) or edge is None or source.entry is None:
        return made_by.makes(source)
    return source.entry.edge(source.part) == edge


def _is_parameter(source: Source, name: str) -> bool:
    return source.entry is None and source.name == name


def activation_gradient(recorded: RecordedPass, made_by: Call, index: Index) -> Sum:
    """d(root)/d(output of an op) at ``index``."""
    found, edge = list(readers(recorded, made_by.name, made_by)), made_by.edge
    root = recorded.backward is not None and edge and recorded.backward[0].root is edge[0]
    if root and not any(call.edge == edge for call, _, _ in found):
        return _start(recorded, made_by, index)
    return _shares(recorded, found, index, _unknown(recorded, edge, found))


def parameter_gradient(
    recorded: RecordedPass, name: str, index: Index, before: Source | None
) -> Sum:
    """What one backward left in a parameter's ``.grad``; ``before``: what it was added to."""
    found = list(readers(recorded, name, None))
    nodes = recorded.backward[0].nodes if recorded.backward else []
    ends = [entry for entry in nodes if entry.parameter == name]
    if len(ends) > 1:  # a backward inside of the backward gave it a gradient too
        raise NoArithmetic(ends[0].op)
    edge = next(((entry.node, 0) for entry in ends), None)
    share = _shares(recorded, found, index, _unknown(recorded, edge, found))
    if before is not None:
        share.terms.insert(0, plain(read(before, index)))
        share.right = f"{before.name}[{share.letters}] (before) + {share.right}"
        share.notes.insert(0, ("accumulated", ()))
    return share


def _unknown(recorded: RecordedPass, edge: Edge | None, found: list[Reader]) -> list[str]:
    """The kinds of nodes that added to a gradient too, and that no reader accounts for.

    Such are the nodes of ops that are not on the tape, and of ops that read a list of tensors.
    """
    if recorded.backward is None or edge is None:
        return []
    return sorted(map(kind, feeders(recorded.backward[0], edge) - _nodes(found)))


def _nodes(found: list[Reader]) -> set[Node]:
    """The nodes of ops, between their output and what they were given."""
    return set().union(*(inside(call)[0] for call, _, _ in found))


def scaled_gradient(entry: Entry, index: Index) -> Sum:
    """What a phase of its own made of a parameter's gradient, where it multiplied by a factor."""
    numbers = dict(entry.numbers)
    if numbers.get("scale"):  # of a scaler, taken off again
        numbers["factor"] = 1 / numbers["scale"]
    if "factor" not in numbers:
        raise NoArithmetic(entry.op)
    (before,) = entry.operands()
    gradient = read(Source(f"{entry.name}.grad", before), index)
    with made_in(before):
        p, value = computing_in(), np.asarray(numbers["factor"])
        # torch computes a factor in the type of the gradients: norm, sum and quotient
        exactly = math.frexp(numbers["factor"])[0] == 0.5
        error = 0.0 if exactly else abs(numbers["factor"]) * (4 * p.step + 3 * p.own)
        terms = Terms((gradient,), Rounded(value, np.asarray(error)) * gradient.number)
    factor = f"{numbers['factor']:.6g}"
    right = f"{factor} ⋅ {gradient.tensor}[…]"
    return Sum(right, [terms], [("scaled", (entry.op, factor))], op=entry.op)


def _start(recorded: RecordedPass, made_by: Call, index: Index) -> Sum:
    """The backward begins here: with 1 on the loss, or with a vector on the output.

    ``NoArithmetic``: with another number, as where the loss was scaled on the way.
    """
    assert recorded.backward is not None
    segment = recorded.backward[0]
    if segment.vector is None:
        found = recorded.gradient(made_by)
        if found is not None and not bool((found.tensor == 1).all()):
            raise NoArithmetic("scale")
        terms = Terms((), exact(np.ones(1)))
        return Sum("1", [terms], [("start", ())], letters="", op=BACKWARD.name)
    source = Source("vector", segment.vector, known=False)
    note = ("start-vector", (str(segment.segment.vector or ""),))
    return Sum("vector[n,c]", [plain(read(source, index))], [note], letters="n,c", op=BACKWARD.name)


def _shares(recorded: RecordedPass, found: list[Reader], index: Index, unknown: list[str]) -> Sum:
    """The sum over the ops that read the tensor; ``unknown``: what adds to it besides.

    ``NoArithmetic`` where not one share is known.
    """
    shares, found = [], _together(found)
    failed: list[NoArithmetic] = []
    for call, argument, gradient in found:
        try:
            shares.append(_share(call, argument, index, gradient))
        except NoArithmetic as error:
            failed.append(error)
            unknown.append(kind(call.edge[0]) if call.edge is not None else call.op)
    if not shares:
        raise failed[0] if failed else NoArithmetic(next(iter(unknown), ""))
    total = shares[0]
    total.unknown = tuple(dict.fromkeys(unknown))
    total.notes += [error.why for error in failed if error.why is not None]
    if len(shares) > 1:
        total.notes.insert(0, ("fan-out", (", ".join(call.name for call, _, _ in found),)))
    # in a 16-bit type, the sum so far is rounded each time that one more is added to it
    sums = (abs(math.fsum(n for t in s.terms for n in t.result.value.flat)) for s in shares)
    total.extra += max(len(shares) - 2, 0) * total.precision.own * sum(sums)
    for share in shares[1:]:
        total.extra += share.extra
        total.terms += share.terms
        total.notes += share.notes
        total.right += f" + {share.right}"
        total.precision = coarsest(total.precision, share.precision)
        if share.op not in total.op.split(" + "):
            total.op += f" + {share.op}"
    total.notes.append(("chain", tuple(_to_root(recorded, found[0][0]))))
    return total


def _share(call: Call, argument: str, index: Index, gradient: Gradient) -> Sum:
    """What an op that read the tensor adds."""
    if call.edge is not None and isinstance(call.edge[0], BackwardCFunction):
        raise NoArithmetic(kind(call.edge[0]))  # its owner says what its gradient is
    with made_in(call.tensor), asked(call.op):
        share = rule_for(call).backward(call, argument, index, gradient)
    node = _handed_on(call, argument)
    share.op = kind(node) if node is not None else call.op
    return share


def _together(found: list[Reader]) -> list[Reader]:
    """The readers, with all outputs of an op as one where its rule takes them at once."""
    kept: list[Reader] = []
    first: dict[tuple[int, str], dict[int, Tensor]] = {}
    for call, argument, gradient in found:
        rule = RULES.get(call.op)
        if rule is None or not rule.together:
            kept.append((call, argument, gradient))
            continue
        key = id(call.entry), argument
        if key not in first:
            first[key] = {}
            kept.append((call, argument, replace(gradient, beside=first[key])))
        first[key][call.part or 0] = gradient.tensor
    return kept


def _handed_on(call: Call, argument: str) -> Node | None:
    """The node that made the gradient: of an op that is more than one, as cross-entropy is of
    ``log_softmax`` and ``nll_loss``, the last to run.
    """
    node = call.entry.node
    maker = call.source(argument).entry if call.op == "cross_entropy" else None
    if node is not None and maker is not None:
        for behind, _ in node.next_functions:
            if behind is not None and any(n is maker.node for n, _ in behind.next_functions):
                return behind
    return node


def _to_root(recorded: RecordedPass, call: Call) -> Iterator[str]:
    """The gradients that this one came by, from the nearest to the loss (or the output)."""
    while True:
        yield f"{call.name}.grad"
        onward = next(readers(recorded, call.name, call), None)
        if onward is None:
            return
        call = onward[0]
