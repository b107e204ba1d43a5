"""An optimizer that each iteration makes anew, so that it never remembers anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.registration import held_by
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import UPDATE
from lenet_tui.training.engine.trainer import Trainer

CERTAIN = 2
"""Iterations of which each made its own."""


class MadeAnew(Detector):
    """Momentum and moments of the same parameters, in the first step of an optimizer each time.

    One that makes several steps, as the inner one of meta-learning does, is meant to begin anew; so
    is one whose parameters begin anew each time.
    """

    def __init__(self) -> None:
        self._seen: list[Optimizer] = []
        self._next: list[Optimizer] = []
        """Those of an iteration that is only run."""
        self._fails = False
        """Whether an iteration was not of the kind."""
        self._slots: list[str] = []
        self._line = ""
        self._where = ""
        self._local = False
        """Whether the owner's step has an optimizer that nothing outside of it holds."""
        self._before: Tensor | None = None
        """What the first parameter was when the last iteration began."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if self._fails:
            return ()
        updates = [s for s in iteration.tape.segments if s.phase is UPDATE]
        stepped = iteration.stepped
        entries = [e for s in updates for e in s.updates if e.grad is not None]
        new = len(stepped) == len(updates) == 1 and all(stepped[0] is not o for o in self._seen)
        keeps = [e for e in entries if e.state_after and not e.state]
        same = not self._seen or held_by(self._seen[-1:]) == held_by(stepped)
        self._fails = iteration.error is not None or iteration.closures or not new or not same
        self._fails = self._fails or not entries or len(keeps) != len(entries)
        before = None if self._fails else iteration.before.get(keeps[0].name)
        if before is None or (self._before is not None and before.equal(self._before)):
            self._fails = True
            return ()
        self._before = before
        self._seen.append(stepped[0])
        self._slots = sorted(set(keeps[0].state_after) - {"step"})
        self._line, self._where = iteration.phase_line(updates[0]), keeps[0].name
        objects = iteration.trainer.objects
        known = [] if objects is None else [*objects.optimizers.values()]
        own = bool(iteration.trainer.options.step)  # else no code of a step makes one
        self._local = own and objects is not None and all(o is not stepped[0] for o in known)
        return ()

    def undecided(self) -> bool:
        return self._local and not self._fails and len(self._seen) < CERTAIN

    def measures(self, trainer: Trainer) -> None:
        self._next = []

    def updates(self, trainer: Trainer, optimizer: Optimizer) -> None:
        self._next.append(optimizer)

    def passes(self, trainer: Trainer) -> bool:
        """One that goes on decides it, and is recorded for that."""
        known = self._seen if self._local and not self._fails else []
        return not known or (len(self._next) == 1 and all(self._next[0] is not o for o in known))

    def passed(self, trainer: Trainer) -> None:
        if self._local and not self._fails:
            self._seen += self._next
        self._next = []

    def end(self) -> Iterable[Finding]:
        if self._fails or len(self._seen) < CERTAIN or not self._slots:
            return
        evidence: dict[str, Any] = {
            "optimizer": type(self._seen[-1]).__name__, "iterations": len(self._seen),
            "slots": self._slots,
        }  # fmt: skip
        yield Finding("optimizer-anew", UPDATE.name, self._where, self._line, evidence)
