"""Finds a tensor by its name at the cursor: one namespace for panes, watchpoints and ``explain``.

Names: a parameter; an op of the forward; ``input``, ``output``, ``output.softmax``,
``output.exp``, ``target``, ``loss``, what is inside of it (``loss.target``: the one-hot rows that
MSE makes of class labels; ``loss.exp``, ``loss.softmax``); each with ``.grad``; a parameter's
``.update`` (its last change) and ``.new`` (its value after this iteration's update).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lenet_tui.tape.engine.loss_parts import PARTS, class_dim, part
from lenet_tui.tape.engine.tape import Cursor, NodeEntry, OpEntry, Tape, TapeSegment
from lenet_tui.training.engine import dataset as data
from lenet_tui.training.engine.trainer import Trainer

Made = tuple[int, str]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """``state`` as in ``View``; ``made``: the (iteration, phase) that wrote the tensor."""

    state: str
    tensor: Tensor | None = None
    made: Made | None = None
    signed: bool | None = None


LOSS_TARGET = "loss.target"
LOSS_PARTS = (LOSS_TARGET, *(f"loss.{aspect}" for aspect in PARTS))
OUTPUT = ("output", *(f"output.{aspect}" for aspect in PARTS))
UNKNOWN = Found("unknown")
AHEAD = Found("ahead")


def find(tape: Tape, cursor: Cursor, name: str) -> Found:
    """The tensor that ``name`` means at the cursor."""
    if name in tape.base.values:
        return Found("value", tape.value(cursor, name), _value_made(tape, cursor, name), True)
    stem, _, aspect = name.rpartition(".")
    if stem in tape.base.values:
        if aspect == "grad":
            return _gradient(tape, cursor, stem)
        if aspect in ("update", "new"):
            return _update(tape, cursor, stem, aspect)
    if aspect == "grad" and stem:
        return _activation_gradient(tape, cursor, stem)
    return _activation(tape, cursor, name)


def upcoming(trainer: Trainer, tape: Tape, name: str) -> Found | None:
    """Before the first iteration: the ``input`` or ``target`` that its forward will take."""
    if tape.iteration or name not in ("input", "target"):
        return None
    batch = data.upcoming(trainer.data, trainer.options)
    if batch is None:
        return None
    return Found("value", batch[0 if name == "input" else 1], (1, "forward"), True)


def _value_made(tape: Tape, cursor: Cursor, name: str) -> Made:
    for segment, entries in tape.backwards(cursor):
        if segment.segment.phase == "update" and any(e.name == name for e in entries):
            return tape.iteration, "update"
    return (tape.iteration - 1, "update") if tape.iteration > 1 else (0, "init")


def _gradient(tape: Tape, cursor: Cursor, name: str) -> Found:
    grad = tape.grad(cursor, name)
    if grad is None:
        return Found("none")
    here = any(
        isinstance(e, NodeEntry) and e.parameter == name
        for _, entries in tape.passed(cursor)
        for e in entries
    )
    return Found("value", grad, (tape.iteration if here else tape.iteration - 1, "backward"), True)


def _update(tape: Tape, cursor: Cursor, name: str, aspect: str) -> Found:
    entry = tape.update(cursor, name)
    if entry is None:
        return AHEAD
    old = tape.base.updates.get(name) is entry
    if aspect == "new":
        return AHEAD if old else Found("value", entry.after, (tape.iteration, "update"), True)
    change = entry.after - entry.before
    return Found("value", change, (tape.iteration - old, "update"), True)


def _activation(tape: Tape, cursor: Cursor, name: str) -> Found:
    forward = tape.forward(cursor)
    made = (tape.iteration, "forward")
    if name == "loss" or name in LOSS_PARTS:
        return _loss(tape, cursor, name)
    if name in ("input", "target"):
        if forward is None or tape.batch is None:
            return AHEAD
        image, target = tape.batch
        return Found("value", image if name == "input" else target, made, True)
    if forward is None:
        return AHEAD
    segment, ops = forward
    if name in OUTPUT:
        if not ops or len(ops) < segment.total:
            return AHEAD
        output = ops[-1].tensor
        aspect = name.partition(".")[2]
        return Found("value", part(output, -1, aspect) if aspect else output, made)
    op = next((e for e in ops if e.name == name), None)
    if op is not None:
        return Found("value", op.tensor, made)
    return AHEAD if any(e.name == name for e in segment.entries) else UNKNOWN


def _loss(tape: Tape, cursor: Cursor, name: str) -> Found:
    """The last loss, or one of ``LOSS_PARTS`` of it."""
    for segment, entries in tape.backwards(cursor):
        if segment.segment.phase == "loss" and entries:
            last = entries[0]
            assert isinstance(last, OpEntry)
            made = tape.iteration, "loss"
            if name == "loss":
                return Found("value", last.tensor, made)
            inside = _inside(last, name.partition(".")[2]) if _labels(tape) else None
            return UNKNOWN if inside is None else Found("value", inside, made)
    return AHEAD if name == "loss" or _labels(tape) else UNKNOWN


def _inside(loss: OpEntry, aspect: str) -> Tensor | None:
    """What is inside a loss of class labels: MSE has a one-hot target, cross-entropy a softmax."""
    if len(loss.args) < 2:
        return None
    given, target = loss.args[:2]
    if aspect == "target":
        return target if target.is_floating_point() else None
    return part(given, class_dim(given), aspect) if loss.op == "cross_entropy" else None


def _labels(tape: Tape) -> bool:
    """Whether the batch's targets are classes."""
    return tape.batch is not None and not tape.batch[1].is_floating_point()


def _activation_gradient(tape: Tape, cursor: Cursor, stem: str) -> Found:
    """An activation's gradient: what its node received, once all that feed it have run."""
    forward = tape.forward(cursor)
    if forward is None:
        return AHEAD
    segment, ops = forward
    name = ops[-1].name if stem == "output" and ops and len(ops) == segment.total else stem
    op = op_named(tape, segment, name)
    if op is None:
        return Found("none") if stem in ("input", "target") else AHEAD
    backward = tape.backward(cursor)
    if backward is None:
        return Found("none")
    gradient = gradient_of(backward[0], backward[1], op)
    if gradient is None:
        return Found("none")
    return Found("value", gradient, (tape.iteration, "backward"), True)


def op_named(tape: Tape, forward: TapeSegment, name: str) -> OpEntry | None:
    """An op of a forward, or the loss that followed it, by its name."""
    for segment in (forward, *(s for s in tape.segments if s.segment.phase == "loss")):
        for entry in segment.entries:
            if isinstance(entry, OpEntry) and entry.name == name:
                return entry
    return None


def gradient_of(segment: TapeSegment, done: list[NodeEntry], op: OpEntry) -> Tensor | None:
    """d(root)/d(output of ``op``) if every node that adds to it is among the ``done`` ones."""
    node = op.node
    if node is None:
        return None
    feeding = {
        e.node
        for e in segment.entries
        if isinstance(e, NodeEntry) and any(n is node for n, _ in e.node.next_functions)
    }
    if not feeding <= {e.node for e in done} or (not feeding and node is not segment.root):
        return None
    mine = next((e for e in segment.entries if isinstance(e, NodeEntry) and e.node is node), None)
    return next((g for g in mine.received if g is not None), None) if mine else None
