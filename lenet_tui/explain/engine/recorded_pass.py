"""One pass on the tape: the ops of a forward and its loss, and the backward that followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.registry import named_arguments, named_edges
from lenet_tui.explain.engine.terms import Gradient, Source
from lenet_tui.protocol.phases import FORWARD, UPDATE
from lenet_tui.tape.engine.edges import Edge
from lenet_tui.tape.engine.entries import NodeEntry, OpEntry, same
from lenet_tui.tape.engine.names import gradient_of, part_named
from lenet_tui.tape.engine.tape import Cursor, Tape, TapeSegment

Memory = tuple[object, ...]
"""What tells a tensor's memory and how it is seen from any other's; see ``same``."""


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What the model's own tensors are called, by ``id`` of the live ones."""

    parameters: dict[int, str]
    buffers: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class RecordedPass:
    """The last forward before ``cursor``, its loss, and the last backward of that if there is one.

    A tensor in a list that an op was given is an argument of its own, called ``input[0]``.
    ``again``: whether another forward went before it and no update in between. ``start``: where
    that forward begins. ``calls``: the ops so far, in order, those of earlier forwards too where
    they have names of their own; ``first``: the number of the last forward's first. ``last``: what
    the forward returned.
    """

    tape: Tape
    cursor: Cursor
    names: Names
    calls: list[Call] = field(default_factory=list)
    backward: tuple[TapeSegment, list[NodeEntry]] | None = None
    complete: bool = False
    again: bool = False
    last: Call | None = None
    start: Cursor = field(default_factory=lambda: Cursor(0, 0))
    first: int = 0
    _by_edge: dict[Edge, Call] = field(default_factory=dict)
    _by_memory: dict[Memory, Call] = field(default_factory=dict)
    _nodes: dict[Node, NodeEntry] | None = None

    def __post_init__(self) -> None:
        passed = self.tape.passed(self.cursor)
        begun = [n for n, (s, e) in enumerate(passed) if s.phase is FORWARD and e]
        if not begun:
            return
        self.backward = self.tape.backward(self.cursor)
        updates = [n for n, (s, e) in enumerate(passed) if s.phase is UPDATE and e]
        since = updates[-1] if updates and updates[-1] < begun[-1] else -1
        self.again = any(since < n < begun[-1] for n in begun)
        self.start = Cursor(begun[-1], 0)
        segment, entries = passed[begun[-1]]
        self.complete = len(entries) == segment.total
        named = [done for _, done in self.tape.forwards(self.cursor) if done]
        earliest = begun[-len(named)]
        for number, (each, reached) in enumerate(passed[earliest:], earliest):
            if number == begun[-1]:
                self.first = len(self.calls)
            for done, op in enumerate(each.ops[: len(reached)]):
                self._add(op, Cursor(number, done))
        output = segment.output if self.complete else None
        if output is not None:
            made = next((c for c in self.calls if c.entry is output), None)
            self.last = made or self._part_of(output) or Call(output, {})

    def call(self, name: str) -> Call | None:
        """The op of that name, the last one; ``output`` is what the forward returned."""
        if name == FORWARD.makes and self.complete:
            return self.last
        entry, part = part_named([c.entry for c in self.calls[::-1]], name)
        found = next((c for c in self.calls if c.entry is entry), None)
        return found if part is None or found is None else replace(found, part=part)

    def meant(self, name: str, tensor: Tensor, gradient: bool) -> Call | None:
        """Of several ops of one name, that with this output, or with this ``gradient`` on it."""
        for call in (c for c in self.calls if c.name == name):
            found = self.gradient(call) if gradient else call.output
            if found is not None and same(found.tensor, tensor):
                return call
        return None

    def gradient(self, call: Call, argument: str | None = None) -> Gradient | None:
        """d(root)/d(output of an op), as the backward computed it; ``None``: not (yet).

        ``argument``: the tensor argument that the op's share is asked for.
        """
        if self.backward is None:
            return None
        segment, done = self.backward
        found = gradient_of(segment, done, call.edge)
        if found is None:
            return None
        handed = self._handed(call, argument, done) if argument else None
        return Gradient(f"{call.name}.grad", found, handed=handed)

    def _handed(self, call: Call, argument: str, done: list[NodeEntry]) -> Tensor | None:
        """The gradient that an op's own node handed on to one of the op's arguments."""
        source, edge = call.source(argument), call.edge
        ran = next((e for e in done if edge is not None and e.node is edge[0]), None)
        if ran is None or source.entry is None:
            return None
        onward = zip(ran.produced, ran.node.next_functions, strict=False)
        behind = source.entry.edge(source.part)
        return next((g for g, each in onward if each == behind), None)

    def _add(self, entry: OpEntry, at: Cursor) -> None:
        arguments = named_arguments(entry)
        edges = named_edges(entry)
        listed: dict[str, Source] = {}
        for name, value in arguments.items():
            if isinstance(value, Tensor):
                (edge,) = edges.get(name, (None,))
                arguments[name] = self._source(entry, name, value, at, edge)
            elif isinstance(value, (tuple, list)):
                behind = edges.get(name, (None,) * len(value))
                for n, (each, edge) in enumerate(zip(value, behind, strict=True)):
                    if isinstance(each, Tensor):
                        listed[f"{name}[{n}]"] = self._source(entry, f"{name}[{n}]", each, at, edge)
        call = Call(entry, arguments | listed, ran=self._done)
        self.calls.append(call)
        for part in reversed(call.parts()):
            self._by_memory[_memory(part.tensor)] = part
            if part.edge is not None:
                self._by_edge[part.edge] = part

    def _source(
        self, entry: OpEntry, argument: str, tensor: Tensor, at: Cursor, edge: Edge | None
    ) -> Source:
        """What a tensor that an op was given is called, with its value of that moment.

        ``edge``: which node made it. That tells it from others where the tape holds copies.
        """
        parameter = self.names.parameters.get(id(tensor))
        if parameter is not None:
            return Source(parameter, self.tape.value(at, parameter))
        unnamed = Source(f"{entry.name}.{argument}", tensor.detach(), known=False)
        if edge is not None:
            maker = self._by_edge.get(edge)
            if maker is None:
                return unnamed
            if _alike(maker.tensor, tensor):
                return maker.output
            return replace(unnamed, entry=maker.entry, part=maker.part)
        made = self._by_memory.get(_memory(tensor))
        if made is not None:
            return made.output
        for name, given in self.tape.batch.named.items() if self.tape.batch else ():
            if same(given, tensor):
                return Source(name, given)
        buffer = self.names.buffers.get(id(tensor))
        return unnamed if buffer is None else Source(buffer, tensor, known=False)

    def _done(self, node: Node) -> NodeEntry | None:
        """What a node did in a backward, one after this point too; ``None``: none has run it."""
        if self._nodes is None:
            entries = (e for segment in self.tape.segments for e in segment.entries)
            self._nodes = {e.node: e for e in entries if isinstance(e, NodeEntry)}
        return self._nodes.get(node)

    def _newest(self) -> Iterator[Call]:
        """The ops so far with each of their outputs, the newest first."""
        return (part for call in reversed(self.calls) for part in call.parts())

    def _part_of(self, output: OpEntry) -> Call | None:
        """Which of an op's several outputs the forward returned."""
        edge = output.edge()
        parts = (c for c in self._newest() if c.part is not None)
        return next((c for c in parts if c.edge == edge and same(c.tensor, output.tensor)), None)


def _memory(tensor: Tensor) -> Memory:
    """Equal for two tensors that are the same memory seen in the same way."""
    place = tensor.data_ptr()
    if not place:
        return (id(tensor),)
    return place, tensor.shape, tensor.stride(), tensor.dtype, tensor.device


def _alike(recorded: Tensor, given: Tensor) -> bool:
    """Whether an op was given what the tape has: the same memory, or a copy of it."""
    if same(recorded, given):
        return True
    if recorded.shape != given.shape:
        return False
    both_nan = recorded.isnan() & given.isnan()
    return bool(((recorded == given.detach()) | both_nan).all())
