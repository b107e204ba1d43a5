"""Builds the parts of a frame from the tape at the cursor."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import count

from torch import Tensor

from lenet_tui.protocol.edit_statement import statement
from lenet_tui.protocol.frame import Entry, OpRow, OpRows, Samples, SegmentState
from lenet_tui.protocol.moves import Draw, Edit, parse_move
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phases import LOSS, ZERO_GRAD
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.graphs import Graphs
from lenet_tui.tape.engine.op_signatures import arguments, short
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.training.engine import dataset, targets
from lenet_tui.training.engine.batch import Batch

MOST_ROWS = 2**14
"""Rows that are known at a time: most ops are as they were in the iteration before."""

EXACT = (int, bool, str)
"""Classes whose equal values of one class read alike."""

MOST_OUTPUTS = 2**22
"""Numbers of an output that are compared at most, as each frame does."""


class OpLists:
    """Lists the ops of the forward for the screen; the same list as long as the ops are the same.

    ``parameters``: (name, elements) of each by ``id``.
    """

    def __init__(self, parameters: dict[int, tuple[str, int]]) -> None:
        self._parameters = parameters
        self._last: tuple[int, tuple[OpRow, ...]] = (next(_NUMBERS), ())
        self._known: dict[Hashable, OpRow] = {}
        self.graphs = Graphs()
        """The autograd graphs, each listed once too."""

    def rows(self, tape: Tape, cursor: Cursor, known: list[OpEntry]) -> OpRows:
        """The forward's ops; ``known``: from an earlier forward or a dry run, where it is not
        whole.
        """
        ops, reached, forward = known, 0, tape.forward(cursor)
        if forward is not None:
            segment, passed = forward
            ops, reached = segment.ops, len(passed)
            if len(ops) < segment.total:
                ops = ops + known[len(ops) :]
        listed = tuple([entry.row or self._row(entry) for entry in ops])
        number, last = self._last
        if listed != last:
            self._last = number, last = next(_NUMBERS), listed
        return OpRows(number, last, reached)

    def _row(self, entry: OpEntry) -> OpRow:
        key = _key(entry, self._parameters)
        row = self._known.get(key) if key is not None else None
        if row is None:
            row = op_row(entry, self._parameters)
            if len(self._known) >= MOST_ROWS:
                self._known.clear()
            if key is not None:
                self._known[key] = row
        entry.row = row
        return row


def _key(entry: OpEntry, parameters: dict[int, tuple[str, int]]) -> Hashable:
    """All that an op's row says, at less cost than the row; ``None``: of unusual arguments."""
    parts: list[object] = [entry.name, entry.op, entry.module, entry.tensor.shape]
    for name, value in (*((None, a) for a in entry.args), *entry.kwargs.items()):
        if isinstance(value, Tensor):
            number = id(value)
            parts += (name, number if number in parameters else None, value.shape)
        elif value is None or type(value) in EXACT:
            parts += (name, type(value), value)
        elif type(value) is float:  # of which some that are equal read otherwise
            parts += (name, float, repr(value))
        elif type(value) is tuple and all(type(part) in EXACT for part in value):
            parts += (name, tuple(map(type, value)), value)
        else:
            return None
    return tuple(parts)


_NUMBERS = count(1)
"""Of all lists in this process: a number is never used again for another one."""


def right(tape: Tape, cursor: Cursor) -> tuple[int, int] | None:
    """How many samples of the batch the output is right of, and how many there are.

    ``None`` where it is not known, or the output is no classes of samples.
    """
    output = tape.output(cursor)
    return None if output is None else right_of(output.tensor, tape.batch)


def right_of(output: Tensor, batch: Batch | None) -> tuple[int, int] | None:
    """``right``, of an output and the batch that it was made of."""
    if batch is None or output.numel() > MOST_OUTPUTS:
        return None
    return targets.right(output.detach(), batch.target)


def op_row(entry: OpEntry, parameters: dict[int, tuple[str, int]]) -> OpRow:
    """One op of the forward."""
    given = [*entry.args, *entry.kwargs.values()]
    given += [t for several in given if isinstance(several, (tuple, list)) for t in several]
    tensors = [a for a in given if isinstance(a, Tensor)]
    read = [parameters[id(t)] for t in tensors if id(t) in parameters]
    return OpRow(
        entry.name,
        entry.op,
        tuple(tuple(t.shape) for t in tensors if id(t) not in parameters),
        tuple(entry.tensor.shape),
        arguments(entry),
        tuple(name for name, _ in read),
        sum(count for _, count in read),
        short(entry),
        entry.module,
    )


def inputs(tape: Tape, cursor: Cursor) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The names and shapes of the tensors that went into the forward.

    Of several each has its own name, and the first is not named ``input`` besides.
    """
    named = tape.batch.named if tape.batch and tape.forward(cursor) else {}
    found = [(n, tuple(t.shape)) for n, t in named.items() if n.startswith("input")]
    return tuple(i for i in found if i[0] != "input" or len(found) == 1)


def by_hand(tape: Tape, cursor: Cursor) -> tuple[tuple[str, int], ...]:
    """How a person has changed the last forward's batch: ``draw`` or ``edit``, and which sample."""
    texts = tape.batch.by_hand if tape.batch and tape.forward(cursor) else ()
    moves = [parse_move(text) for text in texts]
    return (
        *((m.verb, m.sample) for m in moves if isinstance(m, Draw)),
        *((m.verb, m.index[0]) for m in moves if isinstance(m, Edit) and m.index),
    )


def samples(tape: Tape, cursor: Cursor, options: Options) -> Samples | None:
    """What is said of the images of the batch, and before a forward of the next one."""
    if tape.batch and tape.forward(cursor):
        of_batch: Samples | None = tape.batch.samples
        return of_batch
    return dataset.facts(options)


def segments(tape: Tape, cursor: Cursor, *, named: bool = False) -> tuple[SegmentState, ...]:
    """The phases of the iteration that the cursor has entered or passed.

    ``named``: whether the step has several losses, so that each of their phases says which is its.
    """
    return tuple(
        SegmentState(
            s.phase.name,
            s.segment.how,
            str(s.segment.vector or ""),
            len(entries),
            s.planned or s.total,
            s.seconds or None,  # nothing takes no time at all
            s.line,
            statement(parse_move(s.segment.edit)) if s.segment.edit else "",
            _loss_of(tape, number) if named else "",
        )
        for number, (s, entries) in enumerate(tape.passed(cursor))
    )


def _loss_of(tape: Tape, number: int) -> str:
    """The name of the loss that a backward starts from, or that a phase computes for the next."""
    segment, *after = tape.segments[number:]
    if segment.phase is LOSS:
        segment = next((s for s in after if s.phase is not ZERO_GRAD), segment)
    return segment.named[0] if segment.named else ""


def entry(tape: Tape, cursor: Cursor) -> Entry | None:
    """The tape's entry that the cursor passed last, as plain values."""
    found = tape.entry(cursor)
    if found is None:
        return None
    segment, last = found
    phase = segment.phase.name
    line = last.line if isinstance(last, OpEntry) else 0
    return Entry(phase, last.name, last.op, last.shapes(), last.numbers, line)
