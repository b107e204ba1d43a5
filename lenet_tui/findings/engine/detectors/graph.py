"""The graph: backwards that reach into an earlier iteration, or run twice; graphs kept alive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine.calls import Call, node_of
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.raised import failed_call
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.nodes import edges, sequence
from lenet_tui.findings.engine.unfinished import started_from
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.training.engine.own_errors import own_line

WRITTEN = "modified by an inplace operation"
"""What torch says of a tensor that was written after an op had saved it."""
TWICE = "backward through the graph a second time"
"""What torch says of a graph that a backward has freed."""

Known = tuple[str, str, int]
"""The name of an op, its line, and its iteration."""


class GraphDetector(Detector):
    """Knows each node by autograd's count, so that nothing is kept alive for it.

    An earlier graph that no backward has run through yet is none of a mistake: a GAN's generator
    is trained by one after the discriminator's update. Nor is an earlier loss that shares a part
    of its graph with another one, which has kept it: nothing was carried on.
    """

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._ran: dict[int, str] = {}
        """The line of the last backward that ran through a node."""
        self._before: Finding | None = None
        """What was found of an iteration, if it is of the next one as well."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        for call in iteration.calls:
            numbers = [sequence(node_of(made)) for made in call.made]
            known = call.where, call.line, iteration.number
            self._known.update((n, known) for n in numbers if n is not None)
        for segment in iteration.tape.segments:
            if segment.phase is BACKWARD and segment.root is not None:
                line = iteration.phase_line(segment)
                ran = {n for e in segment.nodes if (n := sequence(e.node)) is not None}
                again = not ran.isdisjoint(self._ran.keys()) and min(ran) < iteration.sequence
                edge = self._leaving(iteration, segment.root, line) if again else None
                if edge is not None:
                    yield from self._once_more(self._across(edge, line, iteration))
                self._ran |= dict.fromkeys(ran, line)
        error = iteration.error
        twice = TWICE in str(error)
        if error is None or not (twice or WRITTEN in str(error)):
            return
        failed = failed_call(iteration)
        tensor: Tensor | None
        tensor = failed.read[0][0] if failed is not None and failed.read else started_from(error)
        root = node_of(tensor) if tensor is not None else None
        line = failed.line if failed is not None else own_line(error)
        first = _freed_by(iteration, root) if twice else None
        if first is not None:
            yield _double(*first, line)
            return
        edge = self._leaving(iteration, root, line, freed=twice) if root is not None else None
        if edge is not None:
            yield self._before or self._across(edge, line, iteration)
        elif twice:
            yield self._earlier(root, line)

    def _once_more(self, found: Finding) -> Iterable[Finding]:
        """The one before it, if that was of the iteration before: what is kept goes on and on.

        Where two losses take turns on one graph, every second backward alone is led by one.
        """
        before, self._before = self._before, found
        if before is not None and before.evidence["iteration"] == found.evidence["iteration"] - 1:
            yield before

    def undecided(self) -> bool:
        return self._before is not None

    def _leaving(
        self, iteration: Iteration, root: Node, line: str, freed: bool = False
    ) -> tuple[Node | None, Node] | None:
        """The edge from a node of this iteration to one of an earlier one that has been run.

        A backward of the same ``line`` has done so: one of another loss left its graph to this
        one. ``freed``: torch says itself that one has.
        """
        begun = sequence(root)
        if begun is not None and begun < iteration.sequence and begun not in self._ran:
            return None
        parents: dict[Node, Node | None] = {}
        for parent, node in edges(root):
            parents[node] = parent
            number = sequence(node)
            if number is None or self._ran.get(number, line if freed else None) != line:
                continue
            if number < iteration.sequence:
                above = parent
                while above is not None and (sequence(above) or -1) not in self._known:
                    above = parents[above]  # inside of an op: its last node is known
                return above, node
        return None

    def _earlier(self, root: Node | None, line: str) -> Finding:
        """What freed a part of the graph of ``root`` before this iteration."""
        for _, node in edges(root) if root is not None else ():
            number = sequence(node)
            if number in self._ran:
                shared = self._known.get(number, ("", "", 0))[0]
                return _double(self._ran[number], shared, "", line)
        return _double("", "", "", line)

    def _across(self, edge: tuple[Node | None, Node], line: str, iteration: Iteration) -> Finding:
        parent, node = edge
        into, into_line, born = self._known.get(sequence(node) or -1, ("", "", 0))
        nothing: Known = ("", line, 0)
        where, at, _ = self._known.get(sequence(parent) or -1, nothing)
        evidence: dict[str, Any] = {
            "iteration": iteration.number, "born": born, "op": into, "op_line": into_line,
            "node": node.name(), "backward": line,
        }  # fmt: skip
        if not born:
            evidence["reason"] = "before"
        return Finding("graph-across-iterations", BACKWARD.name, where, at, evidence)


def _double(first: str, shared: str, by: str, line: str) -> Finding:
    evidence = {"first": first, "second": line, "op": shared}
    if not first:
        evidence["reason"] = "unseen"
    elif by == "grad":
        evidence["reason"] = "grad"
    return Finding("double-backward", BACKWARD.name, shared, line, evidence)


def _freed_by(iteration: Iteration, root: Node | None) -> tuple[str, str, str] | None:
    """Which backward freed a part of the graph of ``root``: its line, the part's op, its function.

    It is the first: only one that was to keep its graph leaves it for another.
    """
    mine = {n for _, n in edges(root)} if root is not None else set()
    kept: set[str] = set()
    for call in iteration.calls:
        if call.name not in BACKWARDS or call.error is not None or not call.read:
            continue
        if _keeps(call):
            kept.add(call.line)
            continue
        begun = node_of(call.read[0][0])
        both = {n for _, n in edges(begun) if n in mine} if begun is not None else set()
        made = [c.where for c in iteration.calls for t in c.made if node_of(t) in both]
        if made:
            return call.line, made[-1], call.name
    for segment in iteration.tape.segments:
        line = iteration.phase_line(segment)
        for entry in segment.nodes if segment.phase is BACKWARD and line not in kept else ():
            if not entry.parameter and entry.node in mine:
                return line, entry.name, BACKWARD.name
    return None


def _keeps(call: Call) -> bool:
    """Whether a backward leaves its graph to another one."""
    place = BACKWARDS[call.name]
    create = call.argument(place + 1, "create_graph", False)
    retain = call.argument(place, "retain_graph")
    return bool(create if retain is None else retain)


BACKWARDS = {"backward": 2, "grad": 3}
"""The calls that free a graph, with the place of their ``retain_graph``."""
