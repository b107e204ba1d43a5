"""Answers the probes: what is tried on one batch, and undone to the bit."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from lenet_tui.findings import probes
from lenet_tui.findings.engine import batch_mixing, mode_difference, step_line
from lenet_tui.findings.engine.floor import floor
from lenet_tui.findings.engine.outermost_call import outermost_call
from lenet_tui.findings.engine.probes.at_cursor import TrialAtCursor
from lenet_tui.findings.engine.probes.changed_batch import shuffled_targets, zeroed_input
from lenet_tui.findings.engine.probes.trial import Trial
from lenet_tui.findings.probes import ProbeAnswer
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.request import Rejected, answers
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.module_paths import Paths, module_paths
from lenet_tui.training.engine.batch import Batch

DONE = 0.1
"""The part of the way from the first loss to the least one that may be left."""


def until(session: Session, seconds: float) -> Callable[[], bool]:
    """Whether the time is up, or somebody wants it to stop."""
    end = time.monotonic() + seconds
    stop_wanted = session.evaluator.stop_wanted
    return lambda: stop_wanted() or time.monotonic() > end


@answers(probes.OverfitBatch)
def overfit(request: probes.OverfitBatch, session: Session) -> ProbeAnswer:
    """What the loss comes to on the same batch again and again."""
    with TrialAtCursor(session) as (trial, iteration):
        least = _floor(trial)
        losses, backwards = trial.losses(request.steps + 1, None, until(session, request.seconds))
    if not losses:
        raise Rejected("findings:no-loss")
    first, last = losses[0], losses[-1]
    verdict = "several-losses" if backwards > 1 else _fallen(losses, least)
    return ProbeAnswer(
        probes.OVERFIT,
        verdict,
        iteration,
        (("first", first), ("last", last), ("floor", least), ("steps", len(losses) - 1)),
        (("loss", tuple(losses)),),
    )


def _fallen(losses: list[float], least: float | None) -> str:
    """What is said of a row of losses; of an unknown least value it is taken that 0 can be it."""
    first, last = losses[0], losses[-1]
    if not math.isfinite(last) or last > first + DONE * abs(first):
        return "diverges"
    goal = least or 0.0
    if first - goal <= 1e-4 * max(abs(first), 1.0):
        return "overfits"
    left = (last - goal) / (first - goal)
    if left <= DONE:
        return "overfits"
    return "falls" if left <= 1 - DONE else "stuck"


def _floor(trial: Trial) -> float | None:
    """The least that the loss of this batch can be, in the app's order."""
    trainer = trial.trainer
    if trainer.options.step:
        return None
    trial.begin()
    recorder = ForwardRecorder(Paths(), lambda done, name: None)
    trainer.forward()
    target = trainer.target()
    with recorder:
        trainer.compute_loss(target)
    return floor(recorder.returned(trainer.loss), recorder.entries)


@answers(probes.ZeroInput)
def zero_input(request: probes.ZeroInput, session: Session) -> ProbeAnswer:
    """What the loss is where the model is given nothing to look at."""
    with TrialAtCursor(session) as (trial, iteration):
        changed = zeroed_input(trial.batch)
        if changed is None:
            raise Rejected("findings:no-input")
        inputs = [t for n, t in trial.batch.named.items() if n.startswith("input")]
        whole = not any(t.is_floating_point() or t.is_complex() for t in inputs)
        real, zeroed, with_real, with_zeroed = _beside(trial, changed, request, session)
    same = abs(real - zeroed) <= 1e-6 * abs(real) and _close(with_real, with_zeroed)
    return ProbeAnswer(
        probes.ZEROED,
        "blind" if same else "looks",
        iteration,
        (("real", real), ("zeroed", zeroed), ("steps", len(with_real) - 1), ("whole", whole)),
        (("real", tuple(with_real)), ("zeroed", tuple(with_zeroed))),
    )


def _beside(
    trial: Trial,
    changed: Batch,
    request: probes.ZeroInput | probes.ShuffleLabels,
    session: Session,
) -> tuple[float, float, list[float], list[float]]:
    """The first loss of the batch and of a changed one, and the rows of losses from both on."""
    real, other = trial.loss(), trial.loss(batch=changed)
    if real is None or other is None:
        raise Rejected("findings:no-loss")
    rows = [
        trial.losses(request.steps, given, until(session, request.seconds))[0]
        for given in (None, changed)
    ]
    return real, other, rows[0], rows[1]


def _close(a: list[float], b: list[float]) -> bool:
    return all(abs(x - y) <= 1e-6 * abs(x) for x, y in zip(a, b, strict=False))


@answers(probes.ShuffleLabels)
def shuffle_labels(request: probes.ShuffleLabels, session: Session) -> ProbeAnswer:
    """What the loss is where each sample has the target of another one."""
    with TrialAtCursor(session) as (trial, iteration):
        changed, moved = shuffled_targets(trial.batch)
        if changed is None:
            raise Rejected("findings:no-other-targets")
        real, shuffled, with_real, with_shuffled = _beside(trial, changed, request, session)
    same = real == shuffled and _close(with_real, with_shuffled)
    return ProbeAnswer(
        probes.SHUFFLED,
        "ignored" if same else "matter",
        iteration,
        (("real", real), ("shuffled", shuffled), ("moved", moved)),
        (("real", tuple(with_real)), ("shuffled", tuple(with_shuffled))),
    )


@answers(probes.TrainAgainstEval)
def train_against_eval(request: probes.TrainAgainstEval, session: Session) -> ProbeAnswer:
    """Which op is the first to give something else in eval mode."""
    with TrialAtCursor(session) as (trial, iteration):
        call = outermost_call(trial)
        if call is None:
            raise Rejected("findings:no-model-called")
        module, args, kwargs = call
        paths = _paths(trial)
        made = []
        for mode in (True, False):
            trial.begin()
            module.train(mode)
            copied = replace(trial.batch, args=args, kwargs=kwargs)
            given = torch.utils._pytree.tree_map(_clone, (copied.args, dict(copied.kwargs)))
            made.append(mode_difference.recorded((module, *given), paths))
        found = mode_difference.mode_difference(*made)
    first = found.first
    numbers: tuple[tuple[str, probes.Number], ...] = (
        ("ops", found.ops), ("before", found.before), ("op", first.op if first else None),
        ("difference", found.difference), ("output", found.output),
    )  # fmt: skip
    where, line = (first.name, first.line) if first else ("", 0)
    verdict = "differs" if first else "same"
    return ProbeAnswer(probes.MODES, verdict, iteration, numbers, (), where, line)


def _clone(value: object) -> object:
    return value.detach().clone() if isinstance(value, Tensor) else value


def _paths(trial: Trial) -> Paths:
    paths = module_paths(trial.trainer.model)
    for path, module in trial.trainer.modules():
        paths.setdefault(module, path)
    return paths


@answers(probes.BatchIndependence)
def batch_independence(request: probes.BatchIndependence, session: Session) -> ProbeAnswer:
    """Whether the other samples' outputs stay where one sample is replaced."""
    with TrialAtCursor(session) as (trial, iteration):
        call = outermost_call(trial)
        if call is None:
            raise Rejected("findings:no-model-called")
        found = batch_mixing.mixing(call, _paths(trial))
    if found is None:
        raise Rejected("findings:samples-unknown")
    at = found.scrambled or found.first
    verdict = "statistics" if found.by_statistics and not found.scrambled else "mixes"
    return ProbeAnswer(
        probes.INDEPENDENCE,
        verdict if found.moved else "independent",
        iteration,
        (
            ("batch", found.size), ("changed", found.changed), ("moved", len(found.moved)),
            ("difference", found.difference), ("op", at.op if at else None),
        ),
        (),
        at.name if at else "",
        at.line if at else 0,
    )  # fmt: skip


@answers(probes.StepSize)
def step_size(request: probes.StepSize, session: Session) -> ProbeAnswer:
    """What the loss is after parts of the update."""
    with TrialAtCursor(session) as (trial, iteration):
        line = step_line.step_line(trial, probes.FACTORS)
    if line is None:
        raise Rejected("findings:no-update")
    return ProbeAnswer(
        probes.STEP_SIZE,
        _size_verdict(line),
        iteration,
        (("before", line.at(0.0)), ("after", line.at(1.0)), ("best", line.best)),
        (("factor", line.factors), ("loss", line.losses)),
    )


def _size_verdict(line: step_line.StepLine) -> str:
    if not line.repeatable:
        return "not-repeatable"
    if line.overshoots:
        return "too-large"
    if not line.at(1.0) < line.at(0.0):
        return "uphill"
    return "could-be-larger" if line.best == max(line.factors) else "fits"
