"""The same samples, the same dropout or the same noise again; and what a resume left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader

from lenet_tui.findings.engine.detector import Detector, Measure
from lenet_tui.findings.engine.detectors.tried import unsaid
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.loaders import alike
from lenet_tui.findings.engine.numbers.drawn import drawn
from lenet_tui.findings.engine.numbers.repeats import (
    DROPOUTS,
    Mask,
    drawn_anew,
    mask_of,
    masks,
    samples,
)
from lenet_tui.findings.engine.numbers.resumed import lacks
from lenet_tui.findings.engine.pattern import calls_of
from lenet_tui.findings.engine.seedings import Seeding
from lenet_tui.findings.finding import NOTE, Finding
from lenet_tui.protocol.phases import FORWARD, UPDATE
from lenet_tui.training.engine.batch import Batch
from lenet_tui.training.engine.trainer import Trainer

TWICE = 2
"""Pairs of iterations in a row in which the same comes again, so that it is no chance."""


class Again(Detector):
    """Compares each iteration with the one before."""

    def __init__(self) -> None:
        self._samples = self._next = ""
        self._masks: list[Mask] = []
        self._drawn: dict[tuple[str, str], Tensor] = {}
        self._times: dict[tuple[str, str], int] = {}
        self._pairs = -1
        self._lines: dict[str, str] = {}
        self._seeded: dict[tuple[str, str, str], list[Seeding]] = {}
        self._said: set[str] = set()
        self._same = self._anew = False
        """Whether a dropout of an iteration that is only run has had the mask of the one before;
        and whether one such iteration has drawn all of them anew."""
        self._measurable = True
        """Whether the dropouts of an iteration that is only run can be compared with these."""
        self._open = False
        """Whether what came again in this pair of iterations has come so too few times yet."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if iteration.error is not None:
            return
        self._pairs += 1
        self._open = False
        yield from self._of_samples(iteration)
        for reason, where in self._repeated(iteration):
            times = self._times[reason, where] = self._times.get((reason, where), 0) + 1
            self._open = self._open or times < TWICE
            if times == TWICE:
                line = self._lines.get(where, "")
                evidence: dict[str, Any] = {"reason": reason, "iterations": times + 1}
                by = self._seeding(iteration, line)
                if by is not None:
                    evidence |= {"reason": f"{reason}_seeded", "seeded_by": by.function,
                                 "seed": by.seed, "seeded_at": by.line}  # fmt: skip
                    self._said.add(by.line)
                yield Finding("same-batch-again", FORWARD.name, where, line, evidence)
        yield from self._seeds(iteration)

    def wants_more(self) -> bool:
        """What a script draws before its first update is not seen: that pair is lacking."""
        return self._open

    def undecided(self) -> bool:
        """What was drawn anew in a second iteration will be so in a third."""
        unseen = bool(self._drawn) or not self._measurable
        return bool(self._times or self._seeded) or (unseen and self._pairs < 1)

    def measures(self, trainer: Trainer) -> Measure | None:
        """What looks at the dropouts of a second iteration, if it is only run."""
        self._same, before = False, iter(self._masks)
        if not self._masks or self._anew:
            return None

        def measure(op: str, args: tuple[Any, ...], kwargs: dict[str, Any], made: Tensor) -> None:
            given = args[0] if op in DROPOUTS and args else None
            if not isinstance(given, Tensor) or given.shape != made.shape:
                return
            last = next(before, None) if _drops(args, kwargs) else None
            if last is not None and not self._same:
                self._same = mask_of(given, made).same_as(last)

        return measure

    def passes(self, trainer: Trainer) -> bool:
        self._next = _digest(trainer.batch)
        return not self._same and not self._come_again(trainer, self._next)

    def passed(self, trainer: Trainer) -> None:
        self._samples, self._anew = self._next, True

    def _of_samples(self, iteration: Iteration) -> Iterator[Finding]:
        found = _digest(iteration.tape.batch)
        if self._come_again(iteration.trainer, found):
            evidence = {"reason": "samples", "iterations": iteration.number}
            yield Finding("same-batch-again", FORWARD.name, "input", "", evidence)
        self._samples = found

    def _come_again(self, trainer: Trainer, found: str) -> bool:
        """Whether these are the samples of the iteration before, drawn anew."""
        if not found or found != self._samples or trainer.own_data is None:
            return False
        return drawn_anew(trainer, trainer.own_data.place.drawn)

    def _repeated(self, iteration: Iteration) -> Iterator[tuple[str, str]]:
        """Yields what has come again of dropouts and noise: its kind and the op."""
        now, before = list(masks(iteration.tape)), self._masks
        self._masks = now
        drops = [c for c in calls_of(iteration) if c.name in DROPOUTS and _drops(c.args, c.kwargs)]
        self._measurable = len(drops) == len(now) and not any(mask.in_place for mask in now)
        ops = iteration.ops() if now and before else ()
        lines = {op.name: iteration.line(op) for _, op in ops if op.op in DROPOUTS}
        for mask, last in zip(now, before, strict=False):
            self._lines[mask.name] = lines.get(mask.name, "")
            if mask.same_as(last):
                yield "dropout", mask.name
                break
        found: dict[tuple[str, str], Tensor] = {}
        known, repeated = self._drawn, ""
        by_numpy = any(s.drew and s.function.startswith("numpy") for s in iteration.seedings)
        for each in drawn(iteration):
            if each.numpy and not by_numpy:
                continue
            where = each.call.where
            found[where, each.content] = each.tensor
            self._lines[where] = each.call.line
            same = known.get((where, each.content))
            if same is not None and same is not each.tensor and not repeated:
                repeated = where
        self._drawn = found
        if repeated:
            yield "noise", repeated

    def _seeding(self, iteration: Iteration, line: str) -> Seeding | None:
        """What set the generator in this iteration from which numbers were drawn at a line."""
        call = next((n for n, c in enumerate(iteration.calls) if c.line == line), 0)
        return next((s for s in reversed(iteration.seedings) if s.drew and s.at <= call), None)

    def _seeds(self, iteration: Iteration) -> Iterator[Finding]:
        """Seeds that are the same in each iteration, of which what was drawn is no tensor."""
        now: dict[tuple[str, str, str], list[Seeding]] = {}
        for seeding in iteration.seedings:
            if seeding.drew:
                now.setdefault((seeding.function, seeding.seed, seeding.line), []).append(seeding)
        first = next((n for n, c in enumerate(iteration.calls) if c.entry is not None), 0)
        for key, several in now.items():
            function, seed, line = key
            each = len(several) > 1 and all(s.at <= first for s in several)
            if key not in self._seeded or line in self._said:
                continue
            if not each and (function.startswith("torch") or self._pairs < TWICE):
                continue
            self._said.add(line)
            evidence = {
                "reason": "each_sample" if each else "seed", "seeded_by": function, "seed": seed,
                "seeded_at": line, "times": len(several), "iterations": self._pairs + 1,
            }  # fmt: skip
            yield Finding(
                "same-batch-again", FORWARD.name, "", line, evidence, "" if each else NOTE
            )
        self._seeded = now


def _drops(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the share that a dropout is called with is not zero."""
    return bool(args[1] if len(args) > 1 else kwargs.get("p", 0.5))


def _digest(given: Batch | None) -> str:
    """Of all tensors of a batch; empty: there is none."""
    return "" if given is None else samples(given.whole)


class Workers(Detector):
    """Tries two workers of a training file's loader, if it has any."""

    def begin(self, trainer: Trainer) -> Iterable[Finding]:
        source = trainer.own_data.source if trainer.own_data is not None else None
        found: list[Finding] = []
        if isinstance(source, DataLoader):
            with unsaid():
                found += alike(source)
        return found


class Resumed(Detector):
    """Counts that disagree before anything has run."""

    def begin(self, trainer: Trainer) -> Iterable[Finding]:
        if trainer.last_loss is not None:
            return
        for lack in lacks(trainer):
            evidence = {
                "reason": lack.what, "steps": lack.steps, "epochs": lack.epochs,
                "rate": lack.rate, "scheduled": lack.scheduled, "name": lack.where,
            }  # fmt: skip
            yield Finding("resume-lacks-state", UPDATE.name, "", "", evidence)
