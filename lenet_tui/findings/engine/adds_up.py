"""Gradients that add up in an iteration that is only run, from one of which nothing was cleared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lenet_tui.findings.engine.held_gradients import Backward
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.gradient_norms import norm
from lenet_tui.findings.engine.numbers.many import largest, norms
from lenet_tui.protocol.phases import BACKWARD, FORWARD, LOSS, SCHEDULE, UPDATE
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.training.engine.trainer import Trainer

PLAIN = {FORWARD, LOSS, BACKWARD, UPDATE, SCHEDULE}
"""Phases of an iteration in which an update reads what the backward left."""


class AddsUp:
    """Measures what the parameters' gradients were before a backward, and what an update reads."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._before: dict[str, float] = {}
        self._sums: dict[str, float] = {}
        self._line = self._update = ""
        self.cleared = True
        """Whether what updates read was cleared, or zeros, where the last backward began."""

    @property
    def knows(self) -> bool:
        """Whether the recorded iteration tells what one that does the same adds up."""
        return bool(self._names)

    def know(self, iteration: Iteration, read: Sequence[str], backwards: list[Backward]) -> None:
        """Take an iteration, what its last update ``read``, and its backwards."""
        phases = [segment.phase for segment in iteration.tape.segments]
        both = [phase for phase in phases if phase in (BACKWARD, UPDATE)] == [BACKWARD, UPDATE]
        between = [e for s in iteration.tape.segments if s.phase not in PLAIN for e in s.entries]
        simple = both and not iteration.closures and all(isinstance(e, OpEntry) for e in between)
        self._names = []
        if simple and backwards[0].scale == 1:
            given = set(backwards[0].names)
            self._names = [name for name in read if name in given]
            self._line = backwards[0].line
            update = next(s for s in iteration.tape.segments if s.phase is UPDATE)
            self._update = iteration.phase_line(update)

    def starts_backward(self, trainer: Trainer, read: Sequence[str], measure: bool) -> None:
        """Look at the gradients of what updates ``read``; in the app's order they are cleared.

        ``measure``: whether it is to be known what adds up.
        """
        live, self._before, self._sums = trainer.parameters, {}, {}
        held = [g for n in read if (g := live[n].grad) is not None and trainer.options.step]
        sizes = largest(held)
        self.cleared = all(sizes.get(id(g), 1.0) == 0 for g in held)
        if not self.cleared and measure:
            self._before = self._norms(trainer)

    def updates(self, trainer: Trainer) -> None:
        """Measure what the first update reads."""
        if self._before and not self._sums:
            self._sums = self._norms(trainer)

    def _norms(self, trainer: Trainer) -> dict[str, float]:
        live = trainer.parameters
        grads = {name: live[name].grad for name in self._names if name in live}
        known = norms(grads.values())
        return {n: known[id(g)] if id(g) in known else norm(g) for n, g in grads.items()}

    def found(self, iteration: int) -> tuple[str, str, dict[str, Any]] | None:
        """The parameter whose sum is largest, the backward's line, and the evidence."""
        added = [name for name in self._names if self._before.get(name) and name in self._sums]
        if not added:
            return None
        name = max(added, key=self._sums.__getitem__)
        return name, self._line or self._update, {
            "parameters": added, "count": len(added), "old": self._before[name],
            "sum": self._sums[name], "update": self._update, "iteration": iteration,
        }  # fmt: skip
