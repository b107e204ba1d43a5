"""The loss along the line of a step: after a part of the update, the whole, and more of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from lenet_tui.findings.engine.numbers.many import largest, norms
from lenet_tui.findings.engine.probes.trial import Trial
from lenet_tui.text.numbers import number
from lenet_tui.training.engine.copies import of_one_kind

NOTHING = 1e-6
"""A relative difference of two losses that may be rounding."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """``losses``: on the same batch with the same dropout, after the part ``factors`` of a step.

    The first factor is 0. ``repeatable``: the loss at the start comes out the same again.
    ``backwards``: how many the step has; of several losses the one that is known says little.
    ``relative``: ‖update‖ / ‖weights‖ over all weights; ``largest``: the one that it is largest of.
    """

    factors: tuple[float, ...]
    losses: tuple[float, ...]
    repeatable: bool
    backwards: int
    relative: float = 0.0
    largest: str = ""

    def at(self, factor: float) -> float:
        """The loss after this part of the step."""
        return self.losses[self.factors.index(factor)]

    @property
    def best(self) -> float:
        """The factor with the least loss."""
        known = [(loss, f) for f, loss in zip(self.factors, self.losses, strict=True)]
        return min((pair for pair in known if math.isfinite(pair[0])), default=(0.0, 0.0))[1]

    @property
    def text(self) -> str:
        """The losses in a row: ``0.5×: 1.2, 1×: 3.4``."""
        pairs = zip(self.factors, self.losses, strict=True)
        return ", ".join(f"{factor:g}×: {number(loss)}" for factor, loss in pairs if factor)

    @property
    def overshoots(self) -> bool:
        """Whether the loss falls first along the step and is higher at its end than at its start.

        So does a finite one that is no finite number at the end.
        """
        start, end = self.at(0.0), self.at(1.0)
        if not math.isfinite(start) or not math.isfinite(end):
            return math.isfinite(start)
        least = min((x for f, x in self._inside() if math.isfinite(x)), default=start)
        margin = NOTHING * max(abs(start), abs(least))
        return end > start + margin and least < start - margin

    def _inside(self) -> Iterator[tuple[float, float]]:
        return ((f, x) for f, x in zip(self.factors, self.losses, strict=True) if 0 < f < 1)


@dataclass(frozen=True, slots=True)
class Ran:
    """An iteration that was run: the parameters' values at its start and end, how many backwards
    it had, and what the last of them started from.
    """

    start: Mapping[str, Tensor]
    end: Mapping[str, Tensor]
    backwards: int
    root: float | None


def step_line(
    trial: Trial, factors: tuple[float, ...], only_if_higher: bool = False, ran: Ran | None = None
) -> StepLine | None:
    """The losses along the step that the iteration at the start of ``trial`` makes.

    ``None``: the step changes no parameter, or has no loss. Buffers are those of the start.
    ``only_if_higher``: where the loss is not higher at the end of the step, only both ends are
    computed, and the others are NaN; and it is ``None`` where the step ends in no numbers.
    ``ran``: what is known of that iteration, if it has been run.
    """
    if ran is None:
        trial.begin()
        first_values = trial.values()
        backwards = trial.iterate()
        ran = Ran(first_values, trial.values(), backwards, trial.root)
    start, end, backwards, root = ran.start, ran.end, ran.backwards, ran.root
    steps, sizes = _steps(start, end)
    if not steps or (only_if_higher and _lost(steps, sizes)):
        return None

    def loss(factor: float) -> float | None:
        values = _after(start, end, steps, factor)
        return trial.first_root(values) if backwards == 1 else trial.loss(values)

    first = root if backwards == 1 else loss(0.0)
    if first is None:
        return None
    known = {0.0: first}
    repeatable = True
    if only_if_higher:
        last = known[1.0] = _number(loss(1.0))
        if last <= first:
            factors = tuple(f for f in factors if f in known)
    for factor in factors:
        if factor not in known:
            known[factor] = _number(loss(factor))
    if not only_if_higher or len(known) > len((0.0, 1.0)):
        repeatable = loss(0.0) == first
    moves = _moves(start, steps, sizes)
    most = max(moves, key=lambda name: moves[name][0] / moves[name][1], default="")
    losses = tuple(known[factor] for factor in factors)
    return StepLine(factors, losses, repeatable, backwards, _whole(moves.values()), most)


def _number(loss: float | None) -> float:
    return math.nan if loss is None else loss


def _after(
    start: Mapping[str, Tensor],
    end: Mapping[str, Tensor],
    steps: Mapping[str, Tensor],
    factor: float,
) -> Mapping[str, Tensor]:
    """The values after a part of the step: the whole of it is what the optimizer made."""
    if factor == 1:
        return {name: end[name] for name in steps}
    begun = [start[name] for name in steps]
    if not factor:
        return dict(zip(steps, begun, strict=True))
    if of_one_kind([*begun, *steps.values()]):  # all at once
        parts = torch._foreach_mul([*steps.values()], factor)
        return dict(zip(steps, torch._foreach_add(begun, parts), strict=True))
    return {name: start[name] + factor * step for name, step in steps.items()}


def _steps(
    start: Mapping[str, Tensor], end: Mapping[str, Tensor]
) -> tuple[dict[str, Tensor], Mapping[int, float]]:
    """What was added to each parameter that has changed; and the norms, by ``id``."""
    steps = differences(start, end)
    sizes = norms(steps.values())
    most = largest(t for t in steps.values() if sizes.get(id(t)) == 0)  # a norm may be rounded to 0

    def changed(name: str, step: Tensor) -> bool:
        size = sizes.get(id(step), math.nan) or most[id(step)]
        return 0 < size < math.inf or (size != 0 and not _equal(start[name], end[name]))

    return {name: step for name, step in steps.items() if changed(name, step)}, sizes


def _lost(steps: Mapping[str, Tensor], sizes: Mapping[int, float]) -> bool:
    """Whether some number of a step is not finite; a norm may be too large to be one."""
    lost = [t for t in steps.values() if not math.isfinite(sizes.get(id(t), math.nan))]
    return any(not bool(t.isfinite().all()) for t in lost)


def differences(start: Mapping[str, Tensor], end: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``end - start`` of each, all at once where they are plain."""
    before, after = list(start.values()), [end[name] for name in start]
    if of_one_kind([*before, *after]):
        return dict(zip(start, torch._foreach_sub(after, before), strict=True))
    return {name: end[name] - value for name, value in start.items()}


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool((a == b).all())


def _moves(
    start: Mapping[str, Tensor], steps: Mapping[str, Tensor], sizes: Mapping[int, float]
) -> dict[str, tuple[float, float]]:
    """‖update‖ and ‖weights‖ of each weight that moved; not of those that are zero at first.

    ``sizes``: the norms of steps, as far as they are known.
    """
    weights = [n for n in steps if start[n].dim() > 1 and start[n].is_floating_point()]
    known = {**norms(start[n] for n in weights), **sizes}

    def norm(tensor: Tensor) -> float:
        return known[id(tensor)] if id(tensor) in known else float(tensor.norm())

    found = {name: (norm(steps[name]), norm(start[name])) for name in weights}
    return {name: pair for name, pair in found.items() if _is_weight(start[name], pair[1])}


def _whole(moves: Iterable[tuple[float, float]]) -> float:
    """‖update‖ / ‖weights‖ over all weights that moved."""
    pairs = list(moves)
    size = math.sqrt(sum(size**2 for _, size in pairs))
    return math.sqrt(sum(moved**2 for moved, _ in pairs)) / size if size else 0.0


FRESH = 0.05
"""Of the size that a weight of so many inputs usually has: one below is zero at the start, or has
been so the iteration before, as LoRA's."""


def _is_weight(tensor: Tensor, norm: float) -> bool:
    """Whether what has two axes or more is not (nearly) zero."""
    return norm / math.sqrt(tensor.numel()) > FRESH / math.sqrt(tensor[0].numel())
