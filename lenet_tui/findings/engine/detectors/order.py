"""The order of the step: what each gradient holds, and what reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.findings.engine.adds_up import AddsUp
from lenet_tui.findings.engine.described_backward import of_backward, read_at_once
from lenet_tui.findings.engine.detector import Detector, Measure
from lenet_tui.findings.engine.detectors.registration import ACCUMULATES, held_by
from lenet_tui.findings.engine.detectors.skipped import skipped_scales
from lenet_tui.findings.engine.held_gradients import Backward, Clipping, Gradient
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.loss_factor import (
    apart,
)
from lenet_tui.findings.engine.numbers.gradient_norms import GradientNorms, empty, measured
from lenet_tui.findings.engine.numbers.shrunk import clipped
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, CLIP, OTHER, UNSCALE, UPDATE, ZERO_GRAD
from lenet_tui.tape.engine.entries import GradientEntry, UpdateEntry
from lenet_tui.tape.engine.step_phases import BY_HAND
from lenet_tui.tape.engine.tape import TapeSegment
from lenet_tui.training.engine.trainer import Trainer

TWICE = 2
"""Iterations that show what comes of a gradient in the next one."""
WRITTEN = 0.01
"""By what share a gradient is less than it was left where somebody has divided it."""


class OrderDetector(Detector):
    """Follows each parameter's gradient from phase to phase, over iterations."""

    def __init__(self) -> None:
        self._gradients: dict[str, Gradient] = {}
        self._backwards: list[Backward] = []
        self._clippings: list[Clipping] = []
        self._found: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self._updates = 0
        self._held: set[int] | None = None
        self._stepped: set[int] = set()
        """The ``id`` of each tensor in a group of an optimizer that has made a step."""
        self._ids: dict[str, int] = {}
        self._norms = GradientNorms()
        self._by_hand: set[str] = set()
        self._iterations = 0
        self._adds = AddsUp()
        self._ran = 0
        """The number of the last iteration."""
        self._read: list[str] = []
        """What its last update read."""
        self._last: list[Backward] = []
        """Those of the last recorded iteration."""
        self._reads: bool | None = None
        """Whether an update comes before the first backward of an iteration that is only run."""
        self._stays = False
        """Whether the last iteration left gradients that it had read, and cleared none at first."""

    def wants_more(self) -> bool:
        """Where gradients of several iterations add up, the update is still to come."""
        return bool(self._backwards) and not self._updates

    def undecided(self) -> bool:
        if self._iterations < TWICE:
            unread = any(not backward.read for backward in self._backwards)
            return unread or (self._stays and not self._adds.knows)
        return any(not backward.read and not backward.lost for backward in self._backwards)

    def measures(self, trainer: Trainer) -> Measure | None:
        self._reads = None
        return None

    def starts_backward(self, trainer: Trainer, root: Tensor | None) -> None:
        self._reads = bool(self._reads)
        held, live = self._held, trainer.parameters
        given = {name for backward in self._last for name in backward.names}
        read = [n for n in live if held is None or id(live[n]) in held or n in self._by_hand]
        read = [name for name in read if name in given]  # to others nothing is added
        self._adds.starts_backward(trainer, read, "grad-accumulates" not in self._found)

    def updates(self, trainer: Trainer, optimizer: Optimizer) -> None:
        self._reads = self._reads is None or self._reads
        self._adds.updates(trainer)

    def passes(self, trainer: Trainer) -> bool:
        known = "grad-accumulates" in self._found
        if self._clipped() and (self._reads is not False or not self._adds.cleared):
            return False
        return self._adds.cleared or known or self._adds.found(0) is not None

    def _clipped(self) -> list[str]:
        """The parameters of whose clipped gradients it is not known yet what comes next."""
        return [n for n, g in self._gradients.items() if g.clipped is not None]

    def passed(self, trainer: Trainer) -> None:
        """Count the same backwards again: what became of them became of these."""
        self._backwards += self._last
        self._ran += 1
        for name in self._clipped():
            self._clear(name)
        found = None if self._adds.cleared else self._adds.found(self._ran)
        if found is not None:
            self._found.setdefault("grad-accumulates", found)

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        self._held = held_by(iteration.optimizers)
        self._stepped |= held_by(iteration.stepped) or set()
        self._ids = {name: id(p) for name, p in iteration.trainer.parameters.items()}
        self._norms = iteration.once(GradientNorms)
        self._iterations, self._ran = self._iterations + 1, iteration.number
        for segment in iteration.tape.segments:
            phase = segment.phase
            if phase is BACKWARD:
                self._backward(iteration, segment)
            elif phase is UPDATE:
                self._update(iteration, segment)
            elif phase is CLIP:
                self._clip(iteration, segment)
            elif phase is OTHER:
                self._clip_by_hand(iteration, segment)
            elif phase is UNSCALE:
                for entry in segment.entries:
                    gradient = self._of(entry.name)
                    gradient.unscaled = True
                    if isinstance(entry, GradientEntry):
                        gradient.norm = self._norms.of(entry.after)
                    for backward in gradient.holds:  # a scaler leaves out a step on its own
                        backward.read = True
            for entry in segment.entries:
                if isinstance(entry, GradientEntry) and phase is not CLIP and empty(entry.after):
                    self._clear(entry.name)
        self._last = [b for b in self._backwards if b.iteration == iteration.number]
        phases = [segment.phase for segment in iteration.tape.segments]
        clears = ZERO_GRAD in phases[: phases.index(BACKWARD) if BACKWARD in phases else 0]
        self._stays = not clears and any(g.used and g.holds for g in self._gradients.values())
        self._adds.know(iteration, self._read if not self._by_hand else (), self._last)
        if skipped_scales(iteration):
            for gradient in self._gradients.values():
                gradient.clipped = None
        return ()

    def _of(self, name: str) -> Gradient:
        found = self._gradients.get(name)
        if found is None:
            found = self._gradients[name] = Gradient()
        return found

    def _clear(self, name: str) -> None:
        gradient = self._of(name)
        for backward in gradient.holds:
            backward.lost = True
        if gradient.clipped is not None:
            gradient.clipped.then.setdefault(name, "cleared")
        gradient.cleared()

    def _backward(self, iteration: Iteration, segment: TapeSegment) -> None:
        held = [n for n, gradient in self._gradients.items() if gradient.holds]
        held = [n for n in held if not self._gradients[n].used]
        made = of_backward(iteration, segment, alone=not held and read_at_once(iteration, segment))
        made.read = iteration.closures  # an optimizer asked for it
        self._backwards.append(made)
        for entry in segment.nodes:
            if entry.op != ACCUMULATES:
                continue
            if not entry.parameter:
                made.of_input = True
                continue
            gradient = self._of(entry.parameter)
            norm = self._norms.of(entry.grad)
            if gradient.used and gradient.norm:
                gradient.added = made
                gradient.norms = gradient.norm, norm
            if gradient.clipped is not None:
                gradient.clipped.then.setdefault(entry.parameter, "added")
                gradient.clipped = None
            gradient.holds.append(made)
            gradient.norm, gradient.unscaled = norm, False
            made.names.append(entry.parameter)

    def _update(self, iteration: Iteration, segment: TapeSegment) -> None:
        read: list[str] = []
        for entry in segment.entries:
            if not isinstance(entry, UpdateEntry):
                continue
            gradient = self._of(entry.name)
            if entry.grad is None:
                continue
            if not self._only_sets(entry):
                read.append(entry.name)
                if entry.optimizer == BY_HAND:
                    self._by_hand.add(entry.name)
            norm = self._norms.of(entry.grad)
            gradient.divided = norm < gradient.norm * (1 - WRITTEN)
            gradient.norm = norm
            for backward in gradient.holds:
                backward.read = True
            if gradient.clipped is not None:
                gradient.clipped.then.setdefault(entry.name, "read")
                gradient.clipped = None
        self._read = read
        if not read:
            return
        self._updates += 1
        line = iteration.phase_line(segment)
        self._accumulation(read, line)
        added = [name for name in read if self._of(name).added is not None]
        if added:
            name = max(added, key=lambda n: self._of(n).norms[1])
            gradient = self._of(name)
            assert gradient.added is not None
            old, new = gradient.norms
            by_hand = {"reason": "by_hand"} if name in self._by_hand else {}
            self._found.setdefault(
                "grad-accumulates",
                (name, gradient.added.line or line,
                 {"parameters": added, "count": len(added), "old": old, "sum": new,
                  "update": line, "iteration": iteration.number, **by_hand}),
            )  # fmt: skip
        for name in read:
            self._of(name).used = True

    def _only_sets(self, entry: UpdateEntry) -> bool:
        """Whether the owner's code gives a value to what an optimizer steps on, as a projection or
        ``load_state_dict`` does: it may read the gradient, but is not what each step ends with.
        """
        return entry.optimizer == BY_HAND and self._ids.get(entry.name) in self._stepped

    def _accumulation(self, read: list[str], line: str) -> None:
        """Several backwards that add up to one update, none of them divided."""
        if "accumulation-scale" in self._found:
            return
        name = max(read, key=lambda n: len(self._of(n).holds))
        gradient = self._of(name)
        holds, count = gradient.holds, len(gradient.holds)
        if count < 2 or gradient.used or gradient.divided:
            return
        in_each = len({b.iteration for b in holds}) == count
        alike = len({b.structure for b in holds}) == 1
        if not (in_each or all(b.part for b in holds) or _in_turn(holds)) or not alike:
            return
        if all(b.factor is not None and abs(b.factor - 1) < 0.01 for b in holds):
            evidence = {"backwards": count, "norm": gradient.norm, "update": line}
            self._found["accumulation-scale"] = name, holds[-1].line, evidence

    def _clip(self, iteration: Iteration, segment: TapeSegment) -> None:
        entries = [e for e in segment.entries if isinstance(e, GradientEntry)]
        if not entries:
            return
        states = {e.name: self._of(e.name) for e in entries}
        fresh = sum(bool(s.holds) and not s.used for s in states.values())
        line = iteration.phase_line(segment)
        clipping = Clipping(line, fresh, dict(entries[0].facts) or measured(entries))
        if not iteration.closures:  # whose optimizer reads them itself
            self._clippings.append(clipping)
        scaled = [
            (name, b)
            for name, s in states.items()
            for b in s.holds
            if b.scale != 1 and not s.unscaled
        ]
        if scaled:
            name, backward = scaled[0]
            norm = clipping.facts["norm"]
            self._found.setdefault(
                "clip-while-scaled",
                (name, line,
                 {"scale": backward.scale, "norm": norm, "true_norm": norm / backward.scale,
                  "factor": clipping.facts["factor"]}),
            )  # fmt: skip
        for entry in entries:
            states[entry.name].clipped = clipping
            states[entry.name].norm = self._norms.of(entry.after)

    def _clip_by_hand(self, iteration: Iteration, segment: TapeSegment) -> None:
        entries = [e for e in segment.entries if isinstance(e, GradientEntry)]
        if clipped(entries, {backward.scale for backward in self._backwards}):
            clipping = Clipping(iteration.phase_line(segment), 0, measured(entries), by_hand=True)
            self._clippings.append(clipping)
            for entry in entries:
                self._of(entry.name).clipped = clipping

    def end(self) -> Iterable[Finding]:
        phases = {"grad-accumulates": BACKWARD, "accumulation-scale": BACKWARD}
        for id, (where, line, evidence) in self._found.items():
            yield Finding(id, phases.get(id, CLIP).name, where, line, evidence)
        yield from self._misplaced()
        yield from self._unused()

    def _misplaced(self) -> Iterable[Finding]:
        for clipping in self._clippings:
            outcomes = set(clipping.then.values())
            if not outcomes or "read" in outcomes:
                continue
            if clipping.by_hand and outcomes != {"cleared"}:
                continue
            reason = "after"
            if "added" in outcomes:
                reason = "micro" if clipping.fresh else "before"
            name = next(iter(clipping.then))
            evidence = {"reason": reason, "count": len(clipping.then), **clipping.facts}
            yield Finding("clip-misplaced", CLIP.name, name, clipping.line, evidence)
            return

    def _unused(self) -> Iterable[Finding]:
        """Backwards of which a gradient was cleared and none was read, nor later by that line."""
        later = {b.line for b in self._backwards if b.read and b.iteration > 1 and b.line}
        unread = [b for b in self._backwards if b.lost and not b.read and not b.of_input]
        unread = [b for b in unread if b.iteration > 1 or b.line not in later]
        lost = [b for b in unread if self._trains(b.names)]
        if lost:
            evidence: dict[str, Any] = {"count": len(lost), "backwards": len(self._backwards)}
            if self._held is not None and not self._held:
                evidence["reason"] = "never"
            yield Finding(
                "gradient-unused", BACKWARD.name, lost[0].names[0], lost[0].line, evidence
            )

    def _trains(self, names: list[str]) -> bool:
        never = not self._held and not self._updates  # no optimizer, and nothing by hand
        return bool(names) and (
            self._held is None or never or any(self._ids.get(name) in self._held for name in names)
        )


def _in_turn(backwards: list[Backward]) -> bool:
    """Whether one line ran them all, each on data of its own: batch after batch of a loader."""
    lines = {b.line for b in backwards}
    return len(lines) == 1 and "" not in lines and apart([b.data for b in backwards])
