"""Graphs of earlier iterations that are kept alive."""

from __future__ import annotations

import gc
import weakref
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any, TypeVar

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine.calls import node_of
from lenet_tui.findings.engine.detector import Detector, Measure
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.kept import Kept, kept, only_put_into
from lenet_tui.findings.engine.nodes import edges, sequence
from lenet_tui.findings.engine.pattern import ops_of
from lenet_tui.findings.engine.recording import autograd_count
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, LOSS
from lenet_tui.training.engine.trainer import Trainer

_Each = TypeVar("_Each")


class AliveDetector(Detector):
    """Counts the graphs that outlive their iteration, by marks that die with their nodes.

    Only those that a backward has gone through: what is kept for a later one is of use.
    """

    def __init__(self) -> None:
        self._marks: dict[int, list[weakref.ref[Mark]]] = {}
        self._alive: dict[int, list[int]] = {}
        self._starts: list[int] = []
        self._trainer: Trainer | None = None
        self._line = ""
        self._kept: Kept | None = None
        self._unread: bool | None = None
        self._ran: frozenset[int] = frozenset()
        """Some of the last iteration's ops whose nodes its backward has run, by their places."""
        self._once = False
        """Whether it had one backward: then those of an iteration that is only run are known."""
        self._next: list[weakref.ref[Mark]] = []
        """The marks of an iteration that is only run."""
        self._started = self._recorded = self._number = self._collected = 0
        self._watching = self._leads_back = False

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        self._trainer, self._number = iteration.trainer, iteration.number
        self._starts.append(iteration.sequence)
        marks = self._marks.setdefault(iteration.number, [])
        backwards = [s for s in iteration.tape.segments if s.phase is BACKWARD]
        for segment in backwards:
            if segment.root is not None:
                nodes = [e.node for e in segment.nodes if not e.parameter]
                for node in dict.fromkeys([segment.root, *_some(nodes)]):
                    number = sequence(node)
                    if number is not None and number >= iteration.sequence:
                        marks.append(_marked(node))
                self._line = iteration.phase_line(segment)
        self._once, self._recorded = len(backwards) == 1, self._recorded + 1
        ran = {e.node for s in backwards for e in s.nodes} if self._once else set()
        made = (node_of(tensor) for _, tensor in ops_of(iteration))
        self._ran = frozenset(_some([at for at, node in enumerate(made) if node in ran]))
        return ()

    def measures(self, trainer: Trainer) -> Measure | None:
        """Marks some nodes of an iteration that is only run, if the one before it is alive."""
        self._next, self._leads_back = [], False
        self._started, places = autograd_count(), count()
        self._watching = self._graphs_left()
        if not self._watching:
            return None

        def note(op: str, args: tuple[Any, ...], kwargs: dict[str, Any], made: Tensor) -> None:
            if next(places) in self._ran and made.grad_fn is not None:
                self._next.append(_marked(made.grad_fn))

        return note

    def starts_backward(self, trainer: Trainer, root: Tensor | None) -> None:
        """Note whether it leads into an earlier iteration, which has to be recorded."""
        first, begun = self._starts[0], self._started
        node = node_of(root) if self._watching and root is not None else None
        numbers = (sequence(each) for _, each in edges(node)) if node is not None else ()
        self._leads_back = any(n is not None and first <= n < begun for n in numbers)

    def passes(self, trainer: Trainer) -> bool:
        return not self._leads_back

    def passed(self, trainer: Trainer) -> None:
        self._number += 1
        self._starts.append(self._started)
        if self._next:
            self._marks[self._number], self._next = self._next, []
            self.left(self._number)

    def left(self, iteration: int) -> Iterable[Finding]:
        for young in (True, False):
            if len(self._living(iteration)) > 1:
                self._collect(young)
        living = self._alive[iteration] = self._living(iteration)
        certain = len(self._alive) >= CERTAIN and _grows(self._counts())
        if len(living) > 1 and self._trainer is not None and certain:
            self._kept = kept(self._trainer, self._born, living)
        return ()

    def _born(self, number: int) -> int:
        """The iteration in which autograd counted so far."""
        return bisect_right(self._starts, number)

    def _living(self, iteration: int) -> list[int]:
        return [
            number
            for number, marks in self._marks.items()
            if number < iteration and any(mark() is not None for mark in marks)
        ]

    def _counts(self) -> list[int]:
        """How many were alive after each iteration."""
        return [len(alive) for _, alive in sorted(self._alive.items())]

    def wants_more(self) -> bool:
        """Whether it may be that a few are kept, and no more with each iteration.

        So it is where two optimizers take turns on one graph.
        """
        counts = self._counts()
        return len(counts) < CERTAIN and _grows(counts)

    def undecided(self) -> bool:
        """What leads back from a second iteration must be known by its ops, so it is recorded."""
        if not self._graphs_left():
            return False
        return not (self._once and self._ran and (self._recorded > 1 or self._only_kept()))

    def _only_kept(self) -> bool:
        """Whether nobody will read the graphs that the first iteration has left."""
        if self._unread is None and self._trainer is not None:
            self._unread = only_put_into(self._trainer, self._starts[0])
        return bool(self._unread)

    def _graphs_left(self) -> bool:
        """Of the first iteration nothing may be left; later, of those before the last one: a name
        may hold the last graph until it gets the next one.
        """
        last = max(self._marks, default=0)
        at = last if len(self._marks) > 1 else last + 1
        if self._living(at) and self._collected != self._number:
            self._collect()  # it may be no more than a circle
        return bool(self._living(at))

    def _collect(self, young: bool = False) -> None:
        """Which takes longer than a small iteration, where it is not of ``young`` objects alone:
        once after each.
        """
        gc.collect(1 if young else 2)
        self._collected = self._collected if young else self._number

    def end(self) -> Iterable[Finding]:
        counts = self._counts()
        if not _grows(counts) or self.wants_more():
            return
        if self._kept is not None and self._kept.bounded:
            return
        evidence: dict[str, Any] = {
            "alive": counts[-1], "iterations": len(counts), "counts": counts,
            "backward": self._line,
        }  # fmt: skip
        line = self._line
        if self._kept is None:
            evidence["reason"] = "unknown"
        else:
            evidence |= {"holder": self._kept.holder, "kind": self._kept.kind}
            if self._kept.lines:
                line = evidence["kept_at"] = self._kept.lines[0]
                evidence |= {"lines": list(self._kept.lines)}
            else:
                evidence["reason"] = "no_line"
        yield Finding("graph-kept-alive", LOSS.name, LOSS.name, line, evidence)


def _grows(counts: list[int]) -> bool:
    return len(counts) > 2 and counts[-1] > max(1, counts[-2])


CERTAIN = 5
"""Iterations after which a number that grows is no beginning."""
SAMPLE = 64
"""Nodes of a graph that are marked, beside its root."""


class Mark:
    """A hook that does nothing and lives as long as its node."""

    def __call__(self, *gradients: Any) -> None:
        return None


def _marked(node: Node) -> weakref.ref[Mark]:
    mark = Mark()
    node.register_hook(mark)
    return weakref.ref(mark)


def _some(several: Sequence[_Each]) -> Sequence[_Each]:
    """Some of these, spread over all."""
    return several[:: max(1, len(several) // SAMPLE)]
