"""Finds a tensor by its name at the cursor: one namespace for panes, watchpoints and ``explain``.

Names: a parameter; an op of the forward; of an op that returned several tensors,
``op[1]`` is the second one, and ``op`` the first; ``input``, ``output``, ``output.softmax``,
``output.exp``, ``target``, ``loss``, what is inside of it (``loss.target``: the one-hot rows that
MSE makes of class labels; ``loss.exp``, ``loss.softmax``); each with ``.grad``; a parameter's
``.update`` (its last change) and ``.new`` (its value after this iteration's update).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.protocol.options import turn_of
from lenet_tui.protocol.phases import BACKWARD, EDIT, FORWARD, INIT, LOSS, PHASES, UPDATE
from lenet_tui.tape.engine.edges import Edge
from lenet_tui.tape.engine.entries import EditEntry, NodeEntry, OpEntry
from lenet_tui.tape.engine.loss_parts import PARTS, class_dim, part
from lenet_tui.tape.engine.tape import Cursor, Tape, TapeSegment
from lenet_tui.training.engine.trainer import Trainer

Made = tuple[int, str]


@dataclass(frozen=True, slots=True, eq=False)
class NamedTensor:
    """A tensor found by name, or why there is none: ``state`` and ``made`` as in ``View``."""

    state: str
    tensor: Tensor | None = None
    made: Made | None = None
    signed: bool | None = None


LOSS_TARGET = "loss.target"
LOSS_PARTS = (LOSS_TARGET, *(f"loss.{aspect}" for aspect in PARTS))
OUTPUT = ("output", *(f"output.{aspect}" for aspect in PARTS))
RESERVED = frozenset(("input", "target", LOSS.makes, *LOSS_PARTS, *OUTPUT))
"""Names that no op of the forward has."""
_PART = re.compile(r"(.+)\[(\d{1,9})\]")
UNKNOWN = NamedTensor("unknown")
AHEAD = NamedTensor("ahead")


def find(tape: Tape, cursor: Cursor, name: str) -> NamedTensor:
    """The tensor that ``name`` means at the cursor."""
    if name in tape.base.values:
        return NamedTensor("value", tape.value(cursor, name), _value_made(tape, cursor, name), True)
    stem, _, aspect = name.rpartition(".")
    if stem in tape.base.values:
        if aspect == "grad":
            return _gradient(tape, cursor, stem)
        if aspect in ("update", "new"):
            return _update(tape, cursor, stem, aspect)
    if aspect == "grad" and stem:
        return _activation_gradient(tape, cursor, stem)
    return _activation(tape, cursor, name)


def upcoming(trainer: Trainer, tape: Tape, name: str) -> NamedTensor | None:
    """Before the first iteration: the ``input`` or ``target`` that its forward will take."""
    if tape.iteration or name.partition(".")[0].partition("[")[0] not in ("input", "target"):
        return None
    batch = trainer.upcoming()
    if batch is None or name not in batch.named:
        return None
    return NamedTensor("value", batch.named[name], (1, FORWARD.name), True)


def _value_made(tape: Tape, cursor: Cursor, name: str) -> Made:
    for _, _, entry in tape.backwards(cursor):
        if entry.value_of(name) is not None:
            by_hand = EDIT if isinstance(entry, EditEntry) else UPDATE
            return tape.iteration, (FORWARD if isinstance(entry, OpEntry) else by_hand).name
    if name in tape.base.edited:
        return tape.iteration - 1, EDIT.name
    return (tape.iteration - 1, UPDATE.name) if tape.iteration > 1 else (0, INIT.name)


def _gradient(tape: Tape, cursor: Cursor, name: str) -> NamedTensor:
    grad = tape.grad(cursor, name)
    if grad is None:
        return NamedTensor("none")
    found = tape.set_gradient(cursor, name)
    if found:
        return NamedTensor("value", grad, (tape.iteration, found[0].phase.name), True)
    changing = [p for p in turn_of(tape.base.options) if PHASES[p].gradients]
    last = changing[-1] if changing else BACKWARD.name
    return NamedTensor("value", grad, (tape.iteration - 1, last), True)


def _update(tape: Tape, cursor: Cursor, name: str, aspect: str) -> NamedTensor:
    entry = tape.update(cursor, name)
    if entry is None:
        return AHEAD
    old = tape.base.updates.get(name) is entry
    if aspect == "new" and old:
        return AHEAD
    tensor = entry.after if aspect == "new" else entry.after - entry.before
    return NamedTensor("value", tensor, (tape.iteration - old, UPDATE.name), True)


def _activation(tape: Tape, cursor: Cursor, name: str) -> NamedTensor:
    forward = tape.forward(cursor)
    made = (tape.iteration, FORWARD.name)
    if name == LOSS.makes or name in LOSS_PARTS:
        return _loss(tape, cursor, name)
    if name in ("input", "target") or (tape.batch and name in tape.batch.named):
        if forward is None or tape.batch is None:
            return AHEAD
        given = tape.batch.named.get(name)
        return UNKNOWN if given is None else NamedTensor("value", given, made, True)
    if forward is None:
        return _beside_forward(tape, cursor, name) or AHEAD
    segment, ops = forward
    if name in OUTPUT:
        returned = tape.output(cursor)
        if returned is None:
            return AHEAD
        output, aspect = returned.tensor, name.partition(".")[2]
        return NamedTensor("value", part(output, -1, aspect) if aspect else output, made)
    if name.startswith(OUTPUT[0]) and name in segment.returned:
        whole = len(ops) == segment.total
        return NamedTensor("value", segment.returned[name].tensor, made) if whole else AHEAD
    op, number = part_named(chain(*(done for _, done in tape.forwards(cursor))), name)
    if op is not None:
        return NamedTensor("value", op.tensor if number is None else op.parts[number], made)
    if found := _beside_forward(tape, cursor, name):
        return found
    later = (s.ops for s in tape.segments)
    return AHEAD if part_named(chain(*later), name)[0] else UNKNOWN


def _beside_forward(tape: Tape, cursor: Cursor, name: str) -> NamedTensor | None:
    """What an op of another phase made, such as a loss or ``other``; of one name, the last."""
    for segment, done in reversed(tape.passed(cursor)):
        if segment.phase is not FORWARD:
            op, number = part_named((e for e in done if isinstance(e, OpEntry)), name)
            if op is not None:
                made = tape.iteration, segment.phase.name
                return NamedTensor("value", op.tensor if number is None else op.parts[number], made)
    return None


def _loss(tape: Tape, cursor: Cursor, name: str) -> NamedTensor:
    """The last loss, or one of ``LOSS_PARTS`` of it."""
    for segment, entries in reversed(tape.passed(cursor)):
        loss = segment.output
        if segment.phase is LOSS and loss and len(entries) == segment.total:
            made = tape.iteration, LOSS.name
            if name == LOSS.makes:
                return NamedTensor("value", loss.tensor, made)
            inside = _inside(loss, name.partition(".")[2]) if _labels(tape) else None
            return UNKNOWN if inside is None else NamedTensor("value", inside, made)
    return AHEAD if name == LOSS.makes or _labels(tape) else UNKNOWN


def _inside(loss: OpEntry, aspect: str) -> Tensor | None:
    """What is inside a loss of class labels: MSE has a one-hot target, cross-entropy a softmax."""
    if len(loss.args) < 2:
        return None
    given, target = loss.args[:2]
    if not isinstance(given, Tensor) or not isinstance(target, Tensor):
        return None
    if aspect == "target":
        return target if target.is_floating_point() else None
    return part(given, class_dim(given), aspect) if loss.op == "cross_entropy" else None


def _labels(tape: Tape) -> bool:
    """Whether the batch's targets are classes."""
    return tape.batch is not None and tape.batch.labels


def _activation_gradient(tape: Tape, cursor: Cursor, stem: str) -> NamedTensor:
    """An activation's gradient: what its node received, once all that feed it have run."""
    forward = tape.forward(cursor)
    returned = forward[0].returned.get(stem) if forward else None
    op, number = (tape.output(cursor) if stem == FORWARD.makes else returned), None
    if op is None and forward:
        op, number = part_named(_ops(tape, *(s for s, _ in tape.forwards(cursor))), stem)
    if op is None:
        others = (s.ops for s, _ in tape.passed(cursor) if s.phase not in (FORWARD, LOSS))
        op, number = part_named(chain(*others), stem)
    if op is None and forward is None:
        return AHEAD
    if op is None:
        return NamedTensor("none") if stem in ("input", "target") else AHEAD
    edge = op.edge(number)
    found = (gradient_of(segment, done, edge) for segment, done in tape.backwards_run(cursor))
    gradient = next((g for g in found if g is not None), None)
    if gradient is None:
        return NamedTensor("none")
    return NamedTensor("value", gradient, (tape.iteration, BACKWARD.name), True)


def op_named(tape: Tape, forward: TapeSegment, name: str) -> OpEntry | None:
    """An op of a forward, or the loss that followed it, by its name."""
    return next((op for op in _ops(tape, forward) if op.name == name), None)


def _ops(tape: Tape, *forwards: TapeSegment) -> list[OpEntry]:
    segments = (*forwards, *(s for s in tape.segments if s.phase is LOSS))
    return [op for s in segments for op in s.ops]


def part_named(ops: Iterable[OpEntry], name: str) -> tuple[OpEntry | None, int | None]:
    """The op called ``name``; or the one that returned several, and which of them it names."""
    ops = list(ops)
    whole, found = _named(ops, name), _PART.fullmatch(name)
    op = None if whole or not found else _named(ops, found[1])
    if op is None or found is None:
        return whole, None
    number = int(found[2])
    if number not in op.parts:
        return None, None
    return op, None if number == next(iter(op.parts)) else number


def _named(ops: list[OpEntry], name: str) -> OpEntry | None:
    return next((op for op in ops if op.name == name), None)


def feeders(segment: TapeSegment, edge: Edge) -> set[Node]:
    """The nodes of a backward that add to the gradient of one output of a node."""
    return {e.node for e in segment.nodes if edge in e.node.next_functions}


def gradient_of(segment: TapeSegment, done: list[NodeEntry], edge: Edge | None) -> Tensor | None:
    """d(root)/d(output at ``edge``) if every node that adds to it is among the ``done`` ones.

    Of several outputs of a node, each has its own: one that nothing read has none.
    """
    if edge is None:
        return None
    node, number = edge
    feeding = feeders(segment, edge)
    if not feeding <= {e.node for e in done} or (not feeding and node is not segment.root):
        return None
    mine = next((e for e in segment.nodes if e.node is node), None)
    return mine.received[number] if mine and number < len(mine.received) else None
