"""Lists the autograd graph of the last forward for the screen, once for each backward."""

from __future__ import annotations

from itertools import count

from torch.autograd.graph import Node

from lenet_tui.protocol.frame import Graph, GraphNode
from lenet_tui.tape.engine import backward_recorder
from lenet_tui.tape.engine.entries import NodeEntry, OpEntry
from lenet_tui.tape.engine.tape import Cursor, Tape

_NUMBERS = count(1)
"""Of all lists in this process: a number is never used again for another one."""


class Graphs:
    """The same list of nodes as long as the cursor is in the same phase, before or in a backward.

    It holds the nodes themselves, as the last forward does, until it is asked for another graph.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Let go of the last graph."""
        self._key: tuple[object, ...] = ()
        self._number = 0
        self._nodes: tuple[GraphNode, ...] = ()
        self._numbers: dict[Node, int] = {}

    def at(self, tape: Tape, cursor: Cursor, parameters: dict[int, str]) -> Graph | None:
        """The graph, and how far a backward is in it at the cursor."""
        backward = tape.backward(cursor)
        segment, done = backward if backward else (None, [])
        root = segment.root if segment else _last_node(tape, cursor)
        if root is None:
            self.forget()
            return None
        ran = segment.nodes if segment else []
        if len({entry.node for entry in ran}) < len(ran):
            ran = done  # a node that runs twice is shown as it ran last
        key = root, segment, len(ran), cursor.segment
        if key != self._key:
            self._list(root, ran, _ops(tape, cursor), parameters)
            self._key = key
        earlier = tape.forward(cursor) is None  # then the graph is the one of the last forward
        freed = segment is not None and len(done) == segment.total
        freed = freed or (earlier and tape.base.freed)
        current = self._numbers.get(done[-1].node, -1) if done and not freed else -1
        vector = str(segment.segment.vector or "") if segment else ""
        reached = len(done)
        return Graph(0, not freed, self._nodes, current, vector, reached, self._number)

    def _list(
        self, root: Node, ran: list[NodeEntry], ops: list[OpEntry], parameters: dict[int, str]
    ) -> None:
        infos = backward_recorder.walk([root], ops, parameters)
        numbers = {info.node: n for n, info in enumerate(infos)}
        order = {e.node: n for n, e in enumerate(ran, 1)}
        produced = {e.node: e.shapes() for e in ran}
        nodes = tuple(
            GraphNode(
                number,
                info.op,
                info.name,
                bool(info.parameter),
                tuple([numbers[n] for n, _ in info.following if n is not None]),
                order.get(info.node, 0),
                produced.get(info.node, ()),
            )
            for number, info in enumerate(infos)
        )
        self._number, self._nodes, self._numbers = next(_NUMBERS), nodes, numbers


def _ops(tape: Tape, cursor: Cursor) -> list[OpEntry]:
    """The ops that may have made nodes: of the iteration so far, else of the last forward too."""
    ops = [op for s in tape.segments[: cursor.segment + 1] for op in s.ops]
    before = tape.base.forward if tape.forward(cursor) is None else None
    return [*before.ops, *ops] if before else ops


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
