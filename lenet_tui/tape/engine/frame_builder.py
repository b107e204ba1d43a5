"""Builds the parts of a frame from the tape at the cursor."""

from __future__ import annotations

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.protocol.frame import Entry, Graph, GraphNode, OpRow, SegmentState
from lenet_tui.tape.engine import backward_recorder
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.op_signatures import arguments, short
from lenet_tui.tape.engine.tape import Cursor, Tape


def rows(
    tape: Tape, cursor: Cursor, known: list[OpEntry], parameters: dict[int, tuple[str, int]]
) -> tuple[OpRow, ...]:
    """The forward's ops: those the cursor has passed with shapes, the rest as they are expected.

    ``known``: from an earlier forward or a dry run. ``parameters``: (name, elements) by ``id``.
    """
    forward = tape.forward(cursor)
    passed = forward[1] if forward else []
    expected = (forward[0].ops if forward else [])[len(passed) :] or known[len(passed) :]
    whole = forward is not None and len(passed) == forward[0].total
    if whole:
        expected = []
    return tuple(
        [op_row(e, True, parameters) for e in passed]
        + [op_row(e, False, parameters) for e in expected]
    )


def op_row(entry: OpEntry, reached: bool, parameters: dict[int, tuple[str, int]]) -> OpRow:
    """One op of the forward; its shapes only once it is ``reached``."""
    tensors = [a for a in (*entry.args, *entry.kwargs.values()) if isinstance(a, Tensor)]
    read = [parameters[id(t)] for t in tensors if id(t) in parameters]
    inputs = tuple(tuple(t.shape) for t in tensors if id(t) not in parameters)
    return OpRow(
        entry.name,
        entry.op,
        inputs if reached else None,
        tuple(entry.tensor.shape) if reached else None,
        arguments(entry),
        tuple(name for name, _ in read),
        sum(count for _, count in read),
        short(entry),
    )


def segments(tape: Tape, cursor: Cursor) -> tuple[SegmentState, ...]:
    """The phases of the iteration that the cursor has entered or passed."""
    return tuple(
        SegmentState(
            s.phase.name,
            s.segment.how,
            str(s.segment.vector or ""),
            len(entries),
            s.planned or s.total,
            s.seconds,
            s.line,
        )
        for s, entries in tape.passed(cursor)
    )


def entry(tape: Tape, cursor: Cursor) -> Entry | None:
    """The tape's entry that the cursor passed last, as plain values."""
    found = tape.entry(cursor)
    if found is None:
        return None
    segment, last = found
    phase = segment.phase.name
    line = last.line if isinstance(last, OpEntry) else 0
    return Entry(phase, last.name, last.op, last.shapes(), last.numbers, line)


def graph(tape: Tape, cursor: Cursor, parameters: dict[int, str]) -> Graph | None:
    """The autograd graph of the last forward, and how far a backward is in it."""
    ops = [op for s in tape.segments[: cursor.segment + 1] for op in s.ops]
    earlier = tape.forward(cursor) is None  # then the graph is the one of the last forward
    if earlier and tape.base.forward:
        ops = [*tape.base.forward.ops, *ops]
    backward = tape.backward(cursor)
    done = backward[1] if backward else []
    root = backward[0].root if backward else _last_node(tape, cursor)
    if root is None:
        return None
    infos = backward_recorder.walk(root, ops, parameters)
    numbers = {info.node: n for n, info in enumerate(infos)}
    order = {e.node: n for n, e in enumerate(done, 1)}
    produced = {e.node: e.shapes() for e in done}
    nodes = tuple(
        GraphNode(
            number,
            info.op,
            info.name,
            bool(info.parameter),
            tuple(numbers[n] for n in info.next),
            order.get(info.node, 0),
            produced.get(info.node, ()),
        )
        for number, info in enumerate(infos)
    )
    freed = backward is not None and len(done) == backward[0].total
    freed = freed or (earlier and tape.base.freed)
    current = numbers.get(done[-1].node, -1) if done and not freed else -1
    vector = str(backward[0].segment.vector or "") if backward else ""
    return Graph(0, not freed, nodes, current, vector)


def _last_node(tape: Tape, cursor: Cursor) -> Node | None:
    """The node from which a backward would start: of the loss, else the output, else the last op.

    Of the last forward, or of the iteration's before.
    """
    passed = [(s, len(entries)) for s, entries in tape.passed(cursor) if s.phase.makes]
    if tape.base.forward and tape.forward(cursor) is None:
        passed.insert(0, (tape.base.forward, tape.base.forward.total))
    for segment, done in reversed(passed):
        whole = segment.output is not None and done == segment.total
        ops = [segment.output] if whole else reversed(segment.ops[:done])
        node = next((op.node for op in ops if op and op.node), None)
        if node is not None:
            return node
    return None
