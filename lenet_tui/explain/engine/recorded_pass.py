"""One pass on the tape: the ops of a forward and its loss, and the backward that followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.registry import named_arguments
from lenet_tui.explain.engine.terms import Gradient, Source
from lenet_tui.protocol.phases import FORWARD
from lenet_tui.tape.engine.entries import NodeEntry, OpEntry, same
from lenet_tui.tape.engine.names import gradient_of
from lenet_tui.tape.engine.tape import Cursor, Tape, TapeSegment


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What the model's own tensors are called, by ``id`` of the live ones."""

    parameters: dict[int, str]
    buffers: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class RecordedPass:
    """The last forward before ``cursor``, its loss, and the last backward of that if there is one.

    ``start``: where that forward begins. ``calls``: the ops so far, in order; ``last``: what the
    forward returned.
    """

    tape: Tape
    cursor: Cursor
    names: Names
    calls: list[Call] = field(default_factory=list)
    backward: tuple[TapeSegment, list[NodeEntry]] | None = None
    complete: bool = False
    last: Call | None = None
    start: Cursor = field(default_factory=lambda: Cursor(0, 0))

    def __post_init__(self) -> None:
        passed = self.tape.passed(self.cursor)
        begun = [n for n, (s, e) in enumerate(passed) if s.phase is FORWARD and e]
        if not begun:
            return
        self.backward = self.tape.backward(self.cursor)
        self.start = Cursor(begun[-1], 0)
        segment, entries = passed[begun[-1]]
        self.complete = len(entries) == segment.total
        for number, (each, reached) in enumerate(passed[begun[-1] :], begun[-1]):
            for done, op in enumerate(each.ops[: len(reached)]):
                self._add(op, Cursor(number, done))
        output = segment.output if self.complete else None
        if output is not None:
            made = next((c for c in self.calls if c.entry is output), None)
            self.last = made or Call(output, {})

    def call(self, name: str) -> Call | None:
        """The op of that name, the last one; ``output`` is what the forward returned."""
        if name == FORWARD.makes and self.complete:
            return self.last
        return next((c for c in reversed(self.calls) if c.name == name), None)

    def gradient(self, call: Call, argument: str | None = None) -> Gradient | None:
        """d(root)/d(output of an op), as the backward computed it; ``None``: not (yet).

        ``argument``: the tensor argument that the op's share is asked for.
        """
        if self.backward is None:
            return None
        segment, done = self.backward
        found = gradient_of(segment, done, call.entry)
        if found is None:
            return None
        handed = self._handed(call, argument, done) if argument else None
        return Gradient(f"{call.name}.grad", found, handed=handed)

    def _handed(self, call: Call, argument: str, done: list[NodeEntry]) -> Tensor | None:
        """The gradient that an op's own node handed on to one of the op's arguments."""
        node, maker = call.entry.node, call.source(argument).entry
        ran = next((e for e in done if node is not None and e.node is node), None)
        if node is None or ran is None or maker is None:
            return None
        onward = zip(ran.produced, node.next_functions, strict=False)
        return next((g for g, (behind, _) in onward if behind is maker.node), None)

    def _add(self, entry: OpEntry, at: Cursor) -> None:
        arguments = named_arguments(entry)
        for name, value in arguments.items():
            if isinstance(value, Tensor):
                arguments[name] = self._source(entry, name, value, at)
        self.calls.append(Call(entry, arguments))

    def _source(self, entry: OpEntry, argument: str, tensor: Tensor, at: Cursor) -> Source:
        """What a tensor that an op was given is called, with its value of that moment."""
        parameter = self.names.parameters.get(id(tensor))
        if parameter is not None:
            return Source(parameter, self.tape.value(at, parameter))
        for call in reversed(self.calls):
            if same(call.entry.tensor, tensor):
                return call.output
        for name, given in zip(("input", "target"), self.tape.batch or (), strict=False):
            if same(given, tensor):
                return Source(name, given)
        buffer = self.names.buffers.get(id(tensor))
        if buffer is not None:
            return Source(buffer, tensor, known=False)
        overwritten = self._behind(entry, argument)
        return overwritten or Source(f"{entry.name}.{argument}", tensor.detach(), known=False)

    def _behind(self, entry: OpEntry, argument: str) -> Source | None:
        """The op whose result was overwritten in place, found by the node behind the op's own."""
        if entry.node is None or argument != "input":
            return None
        behind: Any = entry.node.next_functions[0][0] if entry.node.next_functions else None
        call = next((c for c in self.calls if behind is not None and c.entry.node is behind), None)
        return call.output if call else None
