"""The tape: everything torch did in one iteration, in order, with the tensors it produced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.protocol.iteration_plan import Script, Segment
from lenet_tui.protocol.options import Options, change


@dataclass(slots=True, eq=False)
class OpEntry:
    """An op of the forward, or the loss. ``output``: what it returned, without its graph."""

    name: str
    op: str
    module: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    output: Tensor | tuple[Any, ...]
    node: Node | None

    @property
    def tensor(self) -> Tensor:
        """The output, or the first tensor of it."""
        if isinstance(self.output, tuple):
            return next(t for t in self.output if isinstance(t, Tensor))
        return self.output


@dataclass(slots=True, eq=False)
class NodeEntry:
    """An autograd node that ran: the gradients it ``received`` and those it ``produced``.

    ``parameter``: for ``AccumulateGrad``, whose; then ``grad`` is that parameter's ``.grad``.
    """

    name: str
    op: str
    module: str
    node: Node
    produced: tuple[Tensor | None, ...]
    received: tuple[Tensor | None, ...]
    parameter: str = ""
    grad: Tensor | None = None


@dataclass(slots=True, eq=False)
class ZeroEntry:
    """A parameter's gradient set to ``None``; ``before``: what it was."""

    name: str
    before: Tensor | None
    op: str = "zero_grad"
    module: str = ""


@dataclass(slots=True, eq=False)
class UpdateEntry:
    """A parameter's update: ``before``, ``grad``, ``after``, and the optimizer's state of it.

    ``state``: before the step, ``state_after``: after it (empty for ``manual`` and ``sgd``).
    """

    name: str
    before: Tensor
    grad: Tensor | None
    after: Tensor
    lr: float
    optimizer: str
    state: dict[str, Tensor] = field(default_factory=dict)
    state_after: dict[str, Tensor] = field(default_factory=dict)
    op: str = "update"
    module: str = ""


Entry = OpEntry | NodeEntry | ZeroEntry | UpdateEntry


@dataclass(slots=True, eq=False)
class TapeSegment:
    """One phase on the tape. ``total``: how many ops it has; fewer entries while it is run bit
    by bit (one op of ``zero_grad`` or ``update`` at a time, or stopped inside on purpose: then
    ``planned`` is how many ops it is thought to have).
    """

    segment: Segment
    total: int
    entries: list[Entry] = field(default_factory=list)
    seconds: float = 0.0
    root: Node | None = None
    """Where a backward started: the node of the loss, or of the output."""
    vector: Tensor | None = None
    planned: int = 0

    @property
    def complete(self) -> bool:
        return len(self.entries) >= self.total


@dataclass(slots=True, eq=False)
class Base:
    """What an iteration starts from."""

    options: Options
    values: dict[str, Tensor]
    grads: dict[str, Tensor | None]
    loss: float | None
    accumulated: int
    updates: dict[str, UpdateEntry]
    """Of the iteration before, so that "last update" can be shown until the next."""
    ops: tuple[OpEntry, ...] = ()
    """Of the last forward: the graph that stands while no other has been built."""
    freed: bool = False
    """Whether a backward has used that graph up."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """``done`` ops (``None``: all) of segment number ``segment``."""

    segment: int
    done: int | None = None


@dataclass(slots=True, eq=False)
class Tape:
    """The entries of one iteration, and its state at any cursor."""

    iteration: int
    base: Base
    batch: tuple[Tensor, Tensor] | None = None
    segments: list[TapeSegment] = field(default_factory=list)

    @property
    def end(self) -> Cursor:
        """As far as torch has gone."""
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

    def passed(self, cursor: Cursor) -> list[tuple[TapeSegment, list[Entry]]]:
        """The segments that the cursor entered or passed, each with its entries so far."""
        return [
            (self.segments[n], self.segments[n].entries[: self.done(cursor, n)])
            for n in range(cursor.segment + 1)
        ]

    def backwards(self, cursor: Cursor) -> list[tuple[TapeSegment, list[Entry]]]:
        """``passed``, newest first, entries too."""
        return [(s, list(reversed(entries))) for s, entries in reversed(self.passed(cursor))]

    def value(self, cursor: Cursor, name: str) -> Tensor:
        """The parameter's value at the cursor."""
        for _, entries in self.backwards(cursor):
            for entry in entries:
                if isinstance(entry, UpdateEntry) and entry.name == name:
                    return entry.after
        return self.base.values[name]

    def grad(self, cursor: Cursor, name: str) -> Tensor | None:
        """The parameter's ``.grad`` at the cursor."""
        for _, entries in self.backwards(cursor):
            for entry in entries:
                if isinstance(entry, ZeroEntry) and entry.name == name:
                    return None
                if isinstance(entry, NodeEntry) and entry.parameter == name:
                    return entry.grad
        return self.base.grads[name]

    def update(self, cursor: Cursor, name: str) -> UpdateEntry | None:
        """The parameter's last update before the cursor, maybe the iteration's before."""
        for _, entries in self.backwards(cursor):
            for entry in entries:
                if isinstance(entry, UpdateEntry) and entry.name == name:
                    return entry
        return self.base.updates.get(name)

    def loss(self, cursor: Cursor) -> float | None:
        """The last loss computed before the cursor, maybe the iteration's before."""
        for segment, entries in self.backwards(cursor):
            for last in entries[:1] if segment.segment.phase == "loss" else ():
                if isinstance(last, OpEntry) and last.name == "loss":
                    return float(last.tensor.sum())
        return self.base.loss

    def own_loss(self, cursor: Cursor) -> float | None:
        """The last loss computed in this iteration before the cursor."""
        computed = any(
            s.segment.phase == "loss" and e and e[-1].name == "loss" for s, e in self.passed(cursor)
        )
        return self.loss(cursor) if computed else None

    def accumulated(self, cursor: Cursor) -> int:
        """How many backwards the gradients hold since they were ``None``."""
        count = self.base.accumulated
        for segment, entries in self.passed(cursor):
            if segment.segment.phase == "zero_grad" and len(entries) == segment.total:
                count = 0 if entries else count
            if segment.segment.phase == "backward" and entries:
                count += 1
        return count

    def forward(self, cursor: Cursor) -> tuple[TapeSegment, list[OpEntry]] | None:
        """The last forward that the cursor entered or passed, with its ops so far."""
        for segment, entries in reversed(self.passed(cursor)):
            if segment.segment.phase == "forward" and segment.total:
                return segment, [e for e in entries if isinstance(e, OpEntry)]
        return None

    def outputs(self, cursor: Cursor) -> int:
        """How many numbers a row of the last output has; 0 if there is no output yet."""
        last = self.forward(cursor)
        whole = last is not None and len(last[1]) == last[0].total
        ops = last[1] if last and whole else self.base.ops
        return ops[-1].tensor.shape[-1] if ops else 0

    def backward(self, cursor: Cursor) -> tuple[TapeSegment, list[NodeEntry]] | None:
        """The last backward since the last forward, with its nodes so far."""
        for segment, entries in reversed(self.passed(cursor)):
            if segment.segment.phase == "backward" and entries:
                return segment, [e for e in entries if isinstance(e, NodeEntry)]
            if segment.segment.phase == "forward" and entries:
                return None
        return None

    def entry(self, cursor: Cursor) -> tuple[TapeSegment, Entry] | None:
        """The entry that the cursor passed last, in the phase it is in."""
        entries = self.segments[cursor.segment].entries[: self.done(cursor, cursor.segment)]
        return (self.segments[cursor.segment], entries[-1]) if entries else None

    def options(self, cursor: Cursor, script: Script) -> Options:
        """The options in force at the cursor."""
        options = self.base.options
        for made in script.cut(cursor.segment, cursor.done).changes:
            options = change(options, made.move.option, made.move.value)
        return options
