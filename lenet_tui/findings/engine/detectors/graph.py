"""The graph: backwards that reach into an earlier iteration, or run twice; graphs kept alive."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

from torch.autograd.graph import Node

from lenet_tui.findings.engine.calls import node_of
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.raised import failed_call
from lenet_tui.findings.engine.holders import graph_holders
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, LOSS
from lenet_tui.training.engine.trainer import Trainer

WRITTEN = "modified by an inplace operation"
"""What torch says of a tensor that was written after an op had saved it."""
TWICE = "backward through the graph a second time"
"""What torch says of a graph that a backward has freed."""

Known = tuple[str, str, int]
"""The name of an op, its line, and its iteration."""


class GraphDetector(Detector):
    """Knows each node by autograd's count, so that nothing is kept alive for it.

    An earlier graph that no backward has run through yet is none of a mistake: a GAN's generator
    is trained by one after the discriminator's update.
    """

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._ran: set[int] = set()

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        for call in iteration.calls:
            for tensor in call.made:
                number = sequence(node_of(tensor))
                if number is not None:
                    self._known[number] = call.where, call.line, iteration.number
        for segment in iteration.tape.segments:
            if segment.phase is BACKWARD and segment.root is not None:
                edge = self._leaving(iteration, segment.root)
                if edge is not None:
                    yield self._across(edge, iteration.phase_line(segment), iteration)
                    return
                self._ran |= {n for e in segment.nodes if (n := sequence(e.node)) is not None}
        error = iteration.error
        twice = TWICE in str(error)
        if error is None or not (twice or WRITTEN in str(error)):
            return
        failed = failed_call(iteration)
        root = node_of(failed.read[0][0]) if failed is not None and failed.read else None
        line = failed.line if failed is not None else ""
        edge = self._leaving(iteration, root, freed=twice) if root is not None else None
        if edge is not None:
            yield self._across(edge, line, iteration)
            return
        if twice:
            yield self._double(iteration, root, line)

    def _leaving(
        self, iteration: Iteration, root: Node, freed: bool = False
    ) -> tuple[Node | None, Node] | None:
        """The edge from a node of this iteration to one of an earlier one that has been run.

        ``freed``: torch says so itself.
        """
        parents: dict[Node, Node | None] = {}
        for parent, node in edges(root):
            parents[node] = parent
            number = sequence(node)
            if number is None or not (freed or number in self._ran):
                continue
            if number < iteration.sequence:
                above = parent
                while above is not None and (sequence(above) or -1) not in self._known:
                    above = parents[above]  # inside of an op: its last node is known
                return above, node
        return None

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

    def _double(self, iteration: Iteration, root: Node | None, line: str) -> Finding:
        mine = {n for _, n in edges(root)} if root is not None else set()
        first, shared = "", ""
        for segment in iteration.tape.segments:
            if segment.phase is not BACKWARD:
                continue
            for entry in segment.nodes:
                if not entry.parameter and entry.node in mine:
                    first, shared = iteration.phase_line(segment), entry.name
                    break
        evidence = {"first": first, "second": line, "op": shared}
        return Finding("double-backward", BACKWARD.name, shared, line, evidence)


class AliveDetector(Detector):
    """Counts the graphs that outlive their iteration, by a mark that dies with the loss's node."""

    def __init__(self) -> None:
        self._marks: dict[int, list[weakref.ref[Mark]]] = {}
        self._alive: dict[int, list[int]] = {}
        self._trainer: Trainer | None = None
        self._line = ""
        self._holders: list[str] = []

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        self._trainer = iteration.trainer
        marks = self._marks.setdefault(iteration.number, [])
        for segment in iteration.tape.segments:
            if segment.phase is BACKWARD and segment.root is not None:
                mark = Mark()
                segment.root.register_hook(mark)
                marks.append(weakref.ref(mark))
                self._line = iteration.phase_line(segment)
        return ()

    def left(self, iteration: int) -> Iterable[Finding]:
        if len(self._living(iteration)) > 1:
            gc.collect()  # which takes longer than a small iteration
        self._alive[iteration] = self._living(iteration)
        if len(self._alive[iteration]) > 1 and self._trainer is not None:
            self._holders = graph_holders(self._trainer)
        return ()

    def _living(self, iteration: int) -> list[int]:
        return [
            number
            for number, marks in self._marks.items()
            if number < iteration and any(mark() is not None for mark in marks)
        ]

    def end(self) -> Iterable[Finding]:
        counts = [len(alive) for _, alive in sorted(self._alive.items())]
        if len(counts) < 3 or counts[-1] < 2 or counts[-1] <= counts[-2]:
            return
        yield Finding(
            "graph-kept-alive", LOSS.name, LOSS.name, self._line,
            {"alive": counts[-1], "iterations": len(counts), "counts": counts,
             "holder": self._holders[0] if self._holders else "?"},
        )  # fmt: skip


class Mark:
    """A hook that does nothing and lives as long as its node."""

    def __call__(self, *gradients: Any) -> None:
        return None


def sequence(node: Node | None) -> int | None:
    """Autograd's count of a node; ``None`` for a leaf, and where it has none."""
    if node is None or node.name().endswith("AccumulateGrad"):
        return None
    count = getattr(node, "_sequence_nr", None)
    return int(count()) if count is not None else None


def edges(root: Node) -> Iterator[tuple[Node | None, Node]]:
    """Every node reachable from a root, each with the one from which it was reached first."""
    waiting: list[tuple[Node | None, Node]] = [(None, root)]
    seen = {root}
    while waiting:
        parent, node = waiting.pop()
        yield parent, node
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                waiting.append((node, following))
