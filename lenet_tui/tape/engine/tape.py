"""The tape: everything torch did in one iteration, in order, with the tensors it produced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.protocol.evaluation import Evaluation, Evaluations
from lenet_tui.protocol.iteration_plan import IterationPlan, Segment
from lenet_tui.protocol.options import Options, change
from lenet_tui.protocol.phases import BACKWARD, FORWARD, IN_TURN, LOSS, UPDATE, ZERO_GRAD, Phase
from lenet_tui.protocol.schedules import parse_schedule
from lenet_tui.tape.engine import entries as kinds
from lenet_tui.tape.engine.entries import Entry, NodeEntry, OpEntry, SettingEntry, UpdateEntry
from lenet_tui.tape.engine.glance import Glance
from lenet_tui.training.engine.batch import Batch

UNKNOWN = 1 << 30
"""The total of a phase that was stopped inside, as it is not known yet."""


@dataclass(slots=True, eq=False)
class TapeSegment:
    """One phase on the tape. ``total``: how many ops it has.

    There are fewer entries while it is run op by op, or if it was stopped inside on purpose: then
    ``planned`` is the number of ops expected.
    """

    segment: Segment
    total: int
    entries: list[Entry] = field(default_factory=list)
    seconds: float = 0.0
    root: Node | None = None  # where a backward started: the node of the loss, or of the output
    vector: Tensor | None = None
    planned: int = 0
    scale: float = 1.0
    """Of a backward: the factor of a scaler by which the loss was larger."""
    named: tuple[str, float] | None = None
    """Of a backward in a step of one's own: the name of the loss that it started from, and that."""
    line: int = 0
    """Of the file of a step of one's own; ``by_hand``: it made this by no observed call."""
    by_hand: bool = False
    output: OpEntry | None = None
    """What a forward or a loss returned: one of its ops, or an entry beside them if none made it.
    """
    returned: dict[str, OpEntry] = field(default_factory=dict)
    """Of several tensors that a forward returned, each by its name."""

    @property
    def phase(self) -> Phase:
        """Which phase it is."""
        return self.segment.kind

    @property
    def complete(self) -> bool:
        return len(self.entries) >= self.total

    @property
    def ops(self) -> list[OpEntry]:
        """The entries that are ops of the forward or the loss."""
        if self.phase is FORWARD:  # it has no others: the list is asked for with every tensor
            return cast("list[OpEntry]", self.entries)
        return kinds.of_kind(self.entries, OpEntry)

    @property
    def updates(self) -> list[UpdateEntry]:
        """The entries that are updates of parameters."""
        return kinds.of_kind(self.entries, UpdateEntry)

    @property
    def nodes(self) -> list[NodeEntry]:
        """The entries that are nodes of a backward."""
        return kinds.of_kind(self.entries, NodeEntry)


@dataclass(slots=True, eq=False)
class Base:
    """What an iteration starts from."""

    options: Options
    values: dict[str, Tensor]
    grads: dict[str, Tensor | None]
    loss: float | None
    accumulated: int
    updates: dict[str, UpdateEntry]
    """Those of the iteration before, shown as "last update" until the next one."""
    forward: TapeSegment | None = None
    """The last forward: its graph exists until another one is built."""
    freed: bool = False
    """Whether a backward has freed that graph."""
    lr: float | None = None
    """The learning rate of the first group of an optimizer of one's own."""
    edited: frozenset[str] = frozenset()
    """The parameters that a person has changed since their last update."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a tape takes over from the one before: its updates, and the last forward with its graph.

    ``freed``: whether a backward has freed that graph.
    """

    updates: dict[str, UpdateEntry]
    forward: TapeSegment | None
    freed: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """``done`` ops (``None``: all) of segment number ``segment``."""

    segment: int
    done: int | None = None


LAST = Cursor(10**6 - 1)
"""The end of an iteration of which it is not known yet how many segments it has."""


@dataclass(slots=True, eq=False)
class Tape:
    """The entries of one iteration, and its state at any cursor."""

    iteration: int
    base: Base
    batch: Batch | None = None
    segments: list[TapeSegment] = field(default_factory=list)
    evaluations: Evaluations = field(default_factory=Evaluations)
    """Those of the session."""
    result: float | None = None
    """The loss that a step of one's own returned."""
    glance: Glance | None = None
    """What is said of its iteration, which was run without recording."""
    again: bool = False
    """Whether it was computed again for tensors that it had let go of."""
    skipped: tuple[Options, int, Cursor] | None = None
    """Where its iteration was run without recording: by which options, its segments and its end."""

    @property
    def end(self) -> Cursor:
        """The cursor where live torch is."""
        last = self.segments[-1]
        return Cursor(len(self.segments) - 1, None if last.complete else len(last.entries))

    def done(self, cursor: Cursor, segment: int) -> int:
        """How many ops of segment number ``segment`` the cursor has passed."""
        if segment > cursor.segment:
            return 0
        if segment == cursor.segment and cursor.done is not None:
            return cursor.done
        return len(self.segments[segment].entries)

    def index(self, cursor: Cursor) -> int:
        """How many entries the cursor has passed."""
        return sum(self.done(cursor, number) for number in range(cursor.segment + 1))

    def between(self, first: int, last: int) -> Iterator[Entry]:
        """The entries after the first ``first`` ones, up to the first ``last`` ones."""
        for segment in self.segments:
            count = len(segment.entries)
            yield from segment.entries[max(first, 0) : max(last, 0)]
            first, last = first - count, last - count

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is on it."""
        return any(each is entry for segment in self.segments for each in segment.entries)

    def passed(self, cursor: Cursor) -> list[tuple[TapeSegment, list[Entry]]]:
        """The segments that the cursor entered or passed, each with its entries so far."""
        return [
            (self.segments[n], self.segments[n].entries[: self.done(cursor, n)])
            for n in range(cursor.segment + 1)
        ]

    def backwards(self, cursor: Cursor) -> Iterator[tuple[TapeSegment, Cursor, Entry]]:
        """The entries that the cursor has passed, newest first, each with the cursor before it."""
        for number in range(cursor.segment, -1, -1):
            segment = self.segments[number]
            for done in range(self.done(cursor, number) - 1, -1, -1):
                yield segment, Cursor(number, done), segment.entries[done]

    def state(self, cursor: Cursor) -> Iterator[tuple[str, Tensor, Tensor | None]]:
        """Each parameter's name, value and ``.grad`` at the cursor."""
        values, grads = dict(self.base.values), dict(self.base.grads)
        for _, entries in self.passed(cursor):
            for entry in entries:
                entry.apply(values, grads)
        return ((name, value, grads[name]) for name, value in values.items())

    def value(self, cursor: Cursor, name: str) -> Tensor:
        """The parameter's value at the cursor."""
        for _, _, entry in self.backwards(cursor):
            value = entry.value_of(name)
            if value is not None:
                return value
        return self.base.values[name]

    def set_gradient(self, cursor: Cursor, name: str) -> tuple[TapeSegment, Cursor, Entry] | None:
        """The entry of this iteration that set a parameter's ``.grad`` as it is at the cursor."""
        found = (f for f in self.backwards(cursor) if f[2].sets_gradient_of(name))
        return next(found, None)

    def grad(self, cursor: Cursor, name: str) -> Tensor | None:
        """The parameter's ``.grad`` at the cursor."""
        found = self.set_gradient(cursor, name)
        return found[2].gradient_of(name) if found else self.base.grads[name]

    def updated(self, cursor: Cursor, name: str) -> tuple[Cursor, UpdateEntry] | None:
        """The parameter's last update in this iteration, and the cursor before it."""
        for _, before, entry in self.backwards(cursor):
            if isinstance(entry, UpdateEntry) and entry.name == name:
                return before, entry
        return None

    def update(self, cursor: Cursor, name: str) -> UpdateEntry | None:
        """The parameter's last update before the cursor, maybe the iteration's before."""
        made = self.updated(cursor, name)
        return made[1] if made else self.base.updates.get(name)

    def evaluation(self, cursor: Cursor) -> Evaluation | None:
        """The last evaluation before the cursor: of this iteration only once it is over."""
        return self.evaluations.last(self.iteration - (not self._over(cursor)))

    def _over(self, cursor: Cursor) -> bool:
        """Whether the cursor has passed the whole turn."""
        if not self.iteration:
            return True
        if self.base.options.step:
            return cursor == self.end
        turns = (n for n, s in enumerate(self.segments) if s.segment.how in IN_TURN)
        last = next((n for n in turns if self.segments[n].phase is UPDATE), len(self.segments))
        return (cursor.segment, cursor.done is None) >= (last, True)

    def own_loss(self, cursor: Cursor) -> float | None:
        """The last loss computed in this iteration before the cursor."""
        result = self.result if self.glance is None else self.glance.loss
        if result is not None and cursor == self.end:
            return result
        for segment, entries in reversed(self.passed(cursor)):
            if segment.phase is LOSS and segment.output and len(entries) == segment.total:
                return float(segment.output.tensor.sum())
        return None

    def named_losses(self, cursor: Cursor) -> dict[str, float]:
        """The losses whose backwards the cursor has passed, of each name the last one."""
        return dict(s.named for s, done in self.passed(cursor) if s.named and len(done) == s.total)

    def loss(self, cursor: Cursor) -> float | None:
        """The last loss computed before the cursor, maybe the iteration's before."""
        own = self.own_loss(cursor)
        return self.base.loss if own is None else own

    def accumulated(self, cursor: Cursor) -> int:
        """How many backwards the gradients hold since they were ``None``."""
        count = self.base.accumulated
        for segment, entries in self.passed(cursor):
            if segment.phase is ZERO_GRAD and len(entries) == segment.total:
                count = 0 if entries else count
            if segment.phase is BACKWARD and entries:
                count += 1
        return count

    def forward(self, cursor: Cursor) -> tuple[TapeSegment, list[OpEntry]] | None:
        """The last forward that the cursor entered or passed, with its ops so far."""
        for number in range(cursor.segment, -1, -1):
            segment = self.segments[number]
            if segment.phase is FORWARD and segment.total:
                return segment, segment.ops[: self.done(cursor, number)]
        return None

    def forwards(self, cursor: Cursor) -> list[tuple[TapeSegment, list[OpEntry]]]:
        """The last forward as ``forward`` gives it, and those before it, newest first, as far as
        their ops have names of their own: in a step of one's own all do.
        """
        passed = [(s, done) for s, done in self.passed(cursor) if s.phase is FORWARD and s.total]
        found = [(segment, segment.ops[: len(done)]) for segment, done in reversed(passed)]
        again = (
            n for n, (s, _) in enumerate(found) if n and s.ops[0].name == found[0][0].ops[0].name
        )
        return found[: next(again, len(found))]

    def output(self, cursor: Cursor) -> OpEntry | None:
        """What the last forward returned; ``None``: there is none, or the cursor is inside it."""
        last = self.forward(cursor)
        return last[0].output if last and len(last[1]) == last[0].total else None

    def output_shape(self, cursor: Cursor) -> tuple[int, ...] | None:
        """The shape of ``output``."""
        output = self.output(cursor)
        return None if output is None else tuple(output.tensor.shape)

    def outputs(self, cursor: Cursor) -> int:
        """How many numbers a row of the last output has; 0 if there is no output yet."""
        output = self.output(cursor) or (self.base.forward.output if self.base.forward else None)
        return output.tensor.shape[-1] if output is not None and output.tensor.dim() else 0

    def backward(self, cursor: Cursor) -> tuple[TapeSegment, list[NodeEntry]] | None:
        """The last backward since the last forward, with its nodes so far."""
        for number in range(cursor.segment, -1, -1):
            segment = self.segments[number]
            if not self.done(cursor, number):
                continue
            if segment.phase is BACKWARD:
                return segment, segment.nodes[: self.done(cursor, number)]
            if segment.phase is FORWARD:
                return None
        return None

    def backwards_run(self, cursor: Cursor) -> Iterator[tuple[TapeSegment, list[NodeEntry]]]:
        """Each backward that the cursor entered or passed, with its nodes so far, newest first."""
        for segment, done in reversed(self.passed(cursor)):
            if segment.phase is BACKWARD:
                yield segment, segment.nodes[: len(done)]

    def entry(self, cursor: Cursor) -> tuple[TapeSegment, Entry] | None:
        """The entry that the cursor passed last, in the phase it is in."""
        entries = self.segments[cursor.segment].entries[: self.done(cursor, cursor.segment)]
        return (self.segments[cursor.segment], entries[-1]) if entries else None

    def scheduled_lr(self, cursor: Cursor, plan: IterationPlan) -> float | None:
        """The learning rate that the schedule gives this iteration; ``None``: it is constant."""
        options = self.options(cursor, plan)
        schedule = parse_schedule(options.schedule)
        return (
            None if schedule.constant else options.lr * schedule.factor(max(self.iteration - 1, 0))
        )

    def shown_options(self, cursor: Cursor, plan: IterationPlan) -> Options:
        """The options in force at the cursor, with the learning rate that a scheduler has set."""
        options, lr = self.options(cursor, plan), self.base.lr
        if lr is None or options.lr != self.base.options.lr:
            return options
        settings = (e for _, _, e in self.backwards(cursor) if isinstance(e, SettingEntry))
        made = next((e for e in settings if e.name in ("lr", "lr[0]")), None)
        return replace(options, lr=made.after if made else lr)

    def options(self, cursor: Cursor, plan: IterationPlan) -> Options:
        """The options in force at the cursor."""
        options = self.base.options
        for made in plan.cut(cursor.segment, cursor.done).changes:
            options = change(options, made.move.option, made.move.value)
        return options
