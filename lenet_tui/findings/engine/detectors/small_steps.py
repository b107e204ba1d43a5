"""A learning rate that is nothing, or comes to nothing within a few iterations."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.many import largest
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import CLIP, SCHEDULE, UPDATE
from lenet_tui.tape.engine.entries import GradientEntry, UpdateEntry
from lenet_tui.training.engine.trainer import Trainer

NOTHING = 0.01
"""Of the first learning rate, what is practically none of it."""
FALLS = 0.9
"""A share of it below which it may be on its way there within the iterations that are run."""


class SmallStepDetector(Detector):
    """Follows the learning rate that each update was made with.

    One that rises from 0 is a warm-up, and one that reaches 0 with the last update is at the end of
    its schedule: only an update that was made with (nearly) none counts.
    """

    def __init__(self) -> None:
        self._used: list[float] = []
        """The largest rate of each iteration's updates."""
        self._next: float | None = None
        """The largest rate after the last iteration."""
        self._optimizers: list[Optimizer] = []
        self._scheduled = 0
        """Iterations in which a scheduler was called, of those that were recorded."""
        self._attached = False
        """Whether an optimizer has a scheduler."""
        self._line = ""
        self._schedule_line = ""
        self._where = ""
        self._rounded: dict[str, Any] | None = None

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if iteration.error is not None:
            return ()
        clipped: list[Tensor] = []
        for segment in iteration.tape.segments:
            if segment.phase is CLIP:
                changes = [e for e in segment.entries if isinstance(e, GradientEntry)]
                clipped = [e.before for e in changes if e.before is not None]
            elif segment.phase is SCHEDULE and any(e.name != "scale" for e in segment.entries):
                self._scheduled += 1
                self._schedule_line = iteration.phase_line(segment)
            elif segment.phase is UPDATE:
                self._updates(segment.updates, iteration.phase_line(segment), clipped)
        self._optimizers = iteration.stepped or iteration.optimizers or []
        self._next = self._rate()
        self._attached = any("initial_lr" in g for o in self._optimizers for g in o.param_groups)
        return ()

    def _updates(self, entries: list[UpdateEntry], line: str, clipped: list[Tensor]) -> None:
        entries = [e for e in entries if e.grad is not None and not math.isnan(e.lr)]
        if not entries:
            return
        rate = max(e.lr for e in entries)
        self._used.append(rate)
        self._line = self._line or line
        self._where = self._where or entries[0].name
        if len(self._used) == 1 and rate:
            self._rounded = _rounded(entries, rate, clipped)

    def passed(self, trainer: Trainer) -> None:
        if self._next is not None and self._used:
            self._used.append(self._next)
        self._next = self._rate()

    def _rate(self) -> float | None:
        rates = [float(g["lr"]) for o in self._optimizers for g in o.param_groups if "lr" in g]
        return max(rates, default=None)

    def wants_more(self) -> bool:
        """Whether the rate has fallen with each iteration, and not yet to (nearly) nothing."""
        if self._next is None or len(self._used) < 2 or self._decayed:
            return False
        rates = [*self._used, self._next]
        if self._next == rates[-2]:  # a script's iteration ends with its update
            rates.pop()
        return len(rates) > 1 and rates[-1] < FALLS * rates[0] and _drops(rates) == len(rates) - 1

    @property
    def _decayed(self) -> bool:
        """Whether it fell more than once, and an update was made with (nearly) nothing of it."""
        return any(
            _drops(self._used[: n + 1]) > 1 and rate <= NOTHING * self._used[0] * (1 + 1e-6)
            for n, rate in enumerate(self._used)
        )

    def end(self) -> Iterable[Finding]:
        if not self._used:
            return
        evidence: dict[str, Any] = {"updates": len(self._used), "rate": self._used[-1]}
        line = self._line
        if not any(self._used):
            if self._next or (self._attached and (not self._scheduled or len(self._used) < 2)):
                return
            if self._attached:
                evidence["reason"], line = "stays", self._schedule_line or line
            evidence |= {"rate": 0.0}
        elif self._decayed:
            line = self._schedule_line or line
            evidence |= {"reason": "decays", "from": self._used[0], "rates": list(self._used)}
            evidence["rate"] = min(self._used)
        elif self._rounded is not None:
            evidence |= self._rounded
        else:
            return
        yield Finding("step-too-small", UPDATE.name, self._where, line, evidence)


def _drops(rates: list[float]) -> int:
    """How often each is less than the one before; 0 where one is more."""
    pairs = list(pairwise(rates))
    return 0 if any(b > a for a, b in pairs) else sum(b < a for a, b in pairs)


def _rounded(
    entries: list[UpdateEntry], rate: float, clipped: list[Tensor]
) -> dict[str, Any] | None:
    """The largest gradient and value, where a step of that rate is lost in rounding everywhere.

    ``clipped``: the gradients before they were clipped; it is said if that alone makes it so.
    """
    first = entries[0]
    if first.before.is_sparse or not first.after.equal(first.before):
        return None
    values = [e for e in entries if e.before.is_floating_point() and not e.before.is_sparse]
    gradients = [e.grad for e in values if e.grad is not None and not e.grad.is_sparse]
    if len(values) != len(entries) or len(gradients) != len(values) or not values:
        return None
    if any(not e.after.equal(e.before) for e in values):
        return None
    sizes = largest([*gradients, *(e.before for e in values)])
    gradient = max(sizes.get(id(g), 0.0) for g in gradients)
    value = max(sizes.get(id(e.before), 0.0) for e in values)
    precision = max(torch.finfo(e.before.dtype).eps for e in values)
    found = {"reason": "rounded", "gradient": gradient, "value": value, "precision": precision}
    if 0 < rate * max(gradient, 1.0) < precision * value:
        return found
    before = max(largest(g for g in clipped if not g.is_sparse).values(), default=0.0)
    if 0 < rate * gradient < precision * value <= rate * before:
        return {**found, "reason": "clipped", "before": before}
    return None
