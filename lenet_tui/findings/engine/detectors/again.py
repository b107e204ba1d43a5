"""The same samples, the same dropout or the same noise again; and what a resume left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.repeats import (
    Mask,
    drawn_anew,
    masks,
    noise,
    samples,
)
from lenet_tui.findings.engine.numbers.resumed import lacks
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import FORWARD, UPDATE
from lenet_tui.training.engine.trainer import Trainer

TWICE = 2
"""Pairs of iterations in a row in which the same comes again, so that it is no chance."""


class Again(Detector):
    """Compares each iteration with the one before."""

    def __init__(self) -> None:
        self._samples = ""
        self._masks: list[Mask] = []
        self._noise: list[tuple[str, str]] = []
        self._times: dict[tuple[str, str], int] = {}
        self._pairs = -1
        self._lines: dict[str, str] = {}

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if iteration.error is not None:
            return
        self._pairs += 1
        yield from self._of_samples(iteration)
        for reason, where in self._repeated(iteration):
            times = self._times[reason, where] = self._times.get((reason, where), 0) + 1
            if times == TWICE:
                evidence = {"reason": reason, "iterations": times + 1}
                yield Finding(
                    "same-batch-again", FORWARD.name, where, self._lines.get(where, ""), evidence
                )

    def _of_samples(self, iteration: Iteration) -> Iterator[Finding]:
        batch, trainer = iteration.tape.batch, iteration.trainer
        found = "" if batch is None else samples(batch.whole)
        again, self._samples = bool(found) and found == self._samples, found
        if not again or trainer.own_data is None:
            return
        if drawn_anew(trainer, trainer.own_data.place.drawn):
            evidence = {"reason": "samples", "iterations": iteration.number}
            yield Finding("same-batch-again", FORWARD.name, "input", "", evidence)

    def _repeated(self, iteration: Iteration) -> Iterator[tuple[str, str]]:
        """Yields what has come again of dropouts and noise: its kind and the op."""
        now, before = list(masks(iteration.tape)), self._masks
        self._masks = now
        for mask, last in zip(now, before, strict=False):
            self._lines[mask.op.name] = iteration.line(mask.op)
            if mask.same_as(last):
                yield "dropout", mask.op.name
                break
        drawn = [(op.name, digest) for op, digest in noise(iteration.tape)]
        for op, _ in noise(iteration.tape):
            self._lines[op.name] = iteration.line(op)
        known, self._noise = set(self._noise), drawn
        for name, digest in drawn:
            if (name, digest) in known:
                yield "noise", name
                break


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
