"""The loss along the line of a step: after a part of the update, the whole, and more of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor

from lenet_tui.findings.engine.probes.trial import Trial

NOTHING = 1e-6
"""A relative difference of two losses that may be rounding."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """``losses``: on the same batch with the same dropout, after the part ``factors`` of a step.

    The first factor is 0. ``repeatable``: the loss at the start comes out the same again.
    ``backwards``: how many the step has; of several losses the one that is known says little.
    """

    factors: tuple[float, ...]
    losses: tuple[float, ...]
    repeatable: bool
    backwards: int

    def at(self, factor: float) -> float:
        """The loss after this part of the step."""
        return self.losses[self.factors.index(factor)]

    @property
    def best(self) -> float:
        """The factor with the least loss."""
        known = [(loss, f) for f, loss in zip(self.factors, self.losses, strict=True)]
        return min((pair for pair in known if math.isfinite(pair[0])), default=(0.0, 0.0))[1]

    @property
    def overshoots(self) -> bool:
        """Whether the loss falls first along the step and is higher at its end than at its start.

        A loss that is no finite number at the end is higher.
        """
        start, end = self.at(0.0), self.at(1.0)
        if not math.isfinite(start):
            return False
        least = min((x for f, x in self._inside() if math.isfinite(x)), default=start)
        margin = NOTHING * max(abs(start), abs(least))
        higher = not math.isfinite(end) or end > start + margin
        return higher and least < start - margin

    def _inside(self) -> Iterator[tuple[float, float]]:
        return ((f, x) for f, x in zip(self.factors, self.losses, strict=True) if 0 < f < 1)


def step_line(trial: Trial, factors: tuple[float, ...]) -> StepLine | None:
    """The losses along the step that the iteration at the start of ``trial`` makes.

    ``None``: the step changes no parameter, or has no loss. Buffers are those of the start.
    """
    trial.begin()
    start = trial.values()
    backwards = trial.iterate()
    end = trial.values()
    steps = {n: end[n] - start[n] for n in start if not _equal(start[n], end[n])}
    if not steps:
        return None
    losses: list[float] = []
    for factor in factors:
        loss = trial.loss(_after(start, end, steps, factor))
        if loss is None:
            return None
        losses.append(loss)
    again = trial.loss()
    return StepLine(factors, tuple(losses), again == losses[factors.index(0.0)], backwards)


def _after(
    start: Mapping[str, Tensor],
    end: Mapping[str, Tensor],
    steps: Mapping[str, Tensor],
    factor: float,
) -> Mapping[str, Tensor]:
    """The values after a part of the step: the whole of it is what the optimizer made."""
    if factor == 1:
        return {name: end[name] for name in steps}
    return {name: start[name] + factor * step for name, step in steps.items()}


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool((a == b).all())


def relative_sizes(start: Mapping[str, Tensor], end: Mapping[str, Tensor]) -> dict[str, float]:
    """‖update‖ / ‖weights‖ of each parameter that moved and was not zero at the start."""
    found = {}
    for name, before in start.items():
        size = float(before.norm())
        moved = float((end[name] - before).norm())
        if size and moved:
            found[name] = moved / size
    return found
