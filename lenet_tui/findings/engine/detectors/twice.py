"""Two backwards over one graph that torch allows, as the first has kept it: gradients twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.registration import ACCUMULATES
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.gradient_norms import GradientNorms, empty
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, CLIP
from lenet_tui.tape.engine.entries import GradientEntry, UpdateEntry
from lenet_tui.tape.engine.tape import TapeSegment


@dataclass(slots=True, eq=False)
class Ran:
    """A backward: its line, the nodes that it went through, and what each parameter was given."""

    line: str
    nodes: frozenset[Node]
    given: dict[str, Tensor] = field(default_factory=dict)


class TwiceDetector(Detector):
    """Whether an update reads a gradient that two backwards over one graph have given, to the bit.

    Other losses of one trunk give others, and what is cleared between them is given once. Every
    parameter that both reach must have been given the same: one may be so by chance.
    """

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if sum(segment.phase is BACKWARD for segment in iteration.tape.segments) < 2:
            return
        held: dict[str, list[Ran]] = {}
        twice: dict[str, tuple[Ran, Ran]] = {}
        for segment in iteration.tape.segments:
            if segment.phase is BACKWARD:
                ran = _ran(iteration, segment)
                for name, earlier in _again(ran, held):
                    twice[name] = earlier, ran
                for name in ran.given:
                    held.setdefault(name, []).append(ran)
                continue
            read = [e for e in segment.entries if isinstance(e, UpdateEntry) and e.name in twice]
            if read:
                yield _finding(iteration, read, twice)
                return
            for entry in segment.entries:
                cleared = isinstance(entry, GradientEntry) and empty(entry.after)
                if cleared and segment.phase is not CLIP:
                    held.pop(entry.name, None)
                    twice.pop(entry.name, None)


def _ran(iteration: Iteration, segment: TapeSegment) -> Ran:
    nodes = frozenset(e.node for e in segment.nodes if e.op != ACCUMULATES)
    ran = Ran(iteration.phase_line(segment), nodes)
    for entry in segment.nodes:
        if entry.parameter and entry.received and entry.received[0] is not None:
            ran.given[entry.parameter] = entry.received[0]
    return ran


def _again(ran: Ran, held: dict[str, list[Ran]]) -> Iterable[tuple[str, Ran]]:
    """The parameters that an earlier backward has given the same, with that one."""
    for earlier in dict.fromkeys(each for runs in held.values() for each in runs):
        both = [n for n in ran.given if earlier in held.get(n, ()) and n in earlier.given]
        if not both or ran.nodes.isdisjoint(earlier.nodes):
            continue
        if all(_same(earlier.given[n], ran.given[n]) for n in both):
            yield from ((n, earlier) for n in both if not empty(ran.given[n]))


def _same(a: Tensor, b: Tensor) -> bool:
    alike = (a.shape, a.dtype, a.device, a.layout) == (b.shape, b.dtype, b.device, b.layout)
    return alike and a.layout is torch.strided and a.equal(b)


def _finding(
    iteration: Iteration, read: list[UpdateEntry], twice: dict[str, tuple[Ran, Ran]]
) -> Finding:
    names = [entry.name for entry in read]
    norms = iteration.once(GradientNorms)
    largest = max(names, key=lambda n: norms.of(twice[n][1].given[n]))
    first, second = twice[largest]
    evidence = {
        "reason": "kept", "first": first.line, "second": second.line,
        "parameters": names, "count": len(names), "old": norms.of(second.given[largest]),
        "sum": next(norms.of(e.grad) for e in read if e.name == largest),
    }  # fmt: skip
    return Finding("double-backward", BACKWARD.name, largest, second.line, evidence)
