"""What is tried on the first batch and undone: parts of its step, and another sample in it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import nn
from torch.utils.data import DataLoader, default_collate

from lenet_tui.findings.engine.batch_mixing import Mixing, apart, mixing
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.grows import update_line
from lenet_tui.findings.engine.detectors.modes import MODAL, modal
from lenet_tui.findings.engine.eval_dropout import Drops, dropping, drops_in_eval
from lenet_tui.findings.engine.first_call import FirstCall
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.mode_difference import Call
from lenet_tui.findings.engine.outermost_call import outermost_call
from lenet_tui.findings.engine.probes.trial import Trial
from lenet_tui.findings.engine.row_by_row import row_by_row
from lenet_tui.findings.engine.step_line import Ran, step_line
from lenet_tui.findings.finding import ERROR, NOTE, WARNING, Finding
from lenet_tui.history.engine.held_state import put_back
from lenet_tui.protocol.phases import BACKWARD, FORWARD, LOSS, UPDATE
from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.tape.engine.module_paths import Paths, module_paths
from lenet_tui.training.engine import batch
from lenet_tui.training.engine.trainer import Trainer

FACTORS = (0.0, 0.01, 0.1, 0.5, 1.0, 2.0)
HIGHER = 0.1
"""By how much of the first loss the last one is higher where a warning is given."""
MORE = 4
"""Steps on the same batch after which one that overshoots is forgiven, if the loss is lower then:
the first steps of Adam are as long as those of a slope that is always the same."""
FAR = 100
"""How many times the first loss is so high that no few steps lead back from it."""
TENTH = 0.1
"""The part of the weights that an update seldom exceeds."""
PLANES = 3
"""Axes from which on an input is more than rows of numbers."""


class Tried(Detector):
    """Tries the first iteration; a step that fails says so itself when it is recorded."""

    def __init__(self) -> None:
        self._ran: Ran | None = None
        self._line = ""
        """Where that iteration made its update."""
        self._trainer: Trainer | None = None
        self._by_rows = False
        """Whether the ops of that iteration tell that no sample depends on another."""
        self._dropping: list[Drops] = []
        """The calls of the first iteration that drop."""

    def begin(self, trainer: Trainer) -> Iterable[Finding]:
        self._trainer = trainer
        return ()

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if iteration.number == 1 and iteration.error is None:
            self._ran, self._line = _ran(iteration), update_line(iteration)
            self._dropping = dropping(iteration)
            self._by_rows = row_by_row(iteration)
        return ()

    def end(self) -> Iterable[Finding]:
        """Go back to the first iteration: before the last, that would cut graphs that are kept."""
        found: list[Finding] = []
        trainer, ran = self._trainer, self._ran
        drops, self._dropping = self._dropping, []
        self._ran = None
        if trainer is None or self.held is None:
            return found
        with unsaid():
            put_back(trainer, self.held)
            with Trial(trainer, self.held) as trial:
                seen = FirstCall()
                trial.begins = seen.anew
                if ran is not None:
                    with unsaid(), seen:
                        found += self._step(trial, ran)
                if not self._by_rows:
                    found += self._mixing(trial, seen)
                found += self._dropout(trial, drops)
        return found

    def _step(self, trial: Trial, ran: Ran) -> Iterator[Finding]:
        if ran.backwards != 1 or not math.isfinite(ran.root or 0.0):
            return  # of several losses the one that is known says little; of no number nothing
        line = step_line(trial, FACTORS, only_if_higher=True, ran=ran)
        if line is None or not line.repeatable:
            return
        start, end = line.at(0.0), line.at(1.0)
        if not line.overshoots and line.relative <= TENTH:
            return
        higher = not math.isfinite(end) or end - start > HIGHER * abs(start)
        evidence: dict[str, Any] = {
            "reason": "line" if line.overshoots else "ratio",
            "before": start, "after": end, "relative": line.relative,
            "percent": round(100 * line.relative), "largest": line.largest,
            "factors": list(line.factors), "losses": list(line.losses),
            "along": line.text,
        }  # fmt: skip
        level = NOTE

        def far() -> bool:
            loss = trial.trainer.last_loss
            return loss is not None and loss > FAR * max(abs(start), 1.0)

        if line.overshoots:
            evidence["half"] = line.at(0.5)
            evidence["following"] = following = trial.losses(MORE, stopped=far)[0]
            lasts = not any(loss < start for loss in following[1:])
            level = WARNING if higher and lasts else NOTE
        yield Finding("step-too-large", UPDATE.name, line.largest, self._line, evidence, level)

    def _dropout(self, trial: Trial, calls: list[Drops]) -> Iterator[Finding]:
        if calls:
            layers = {module for _, module in trial.trainer.modules()}  # which have a mode
            calls = [each for each in calls if each.layer not in layers]
        call = outermost_call(trial) if calls else None
        if call is not None:
            yield from drops_in_eval(calls, call, paths_of(trial.trainer))

    def _mixing(self, trial: Trial, seen: FirstCall) -> Iterator[Finding]:
        """``seen``: the call in what was run last; the parameters are as they were then."""
        last = seen.found
        if last is not None and not _draws(last[0][0]) and apart(*last):
            return
        call = outermost_call(trial)
        if call is not None:
            yield from mixes(trial.trainer, call)


def _draws(module: nn.Module) -> bool:
    """Whether a model does something else each time, or with each batch."""
    modules = [*module.modules()]
    if not any(issubclass(kind, MODAL) for kind in {*map(type, modules)}):
        return False
    return any(each.training and modal(each) for each in modules)


def mixes(trainer: Trainer, call: Call, stacks: bool = False) -> Iterator[Finding]:
    """Whether samples depend on others in a call of a model; it is run some times more.

    ``stacks``: whether a loader is known to have stacked the samples.
    """
    found = mixing(call, paths_of(trainer), few=True)
    if found is None or not found.moved:
        return
    at = found.scrambled or found.first
    if at is None or (found.scrambled is None and not _certain(trainer, call, found, stacks)):
        return
    evidence: dict[str, Any] = {
        "reason": "reshape" if found.scrambled else "op", "op": at.op, "batch": found.size,
        "changed": found.changed, "moved": len(found.moved), "others": list(found.moved[:8]),
        "difference": found.difference,
    }  # fmt: skip
    if found.scrambled is not None:
        evidence["given"] = list(found.scrambled.args[0].shape)
        evidence["made"] = list(found.scrambled.tensor.shape)
    level = ERROR if found.scrambled else WARNING
    line = _line(call[0], at.line)
    yield Finding("batch-mixing", FORWARD.name, at.name, line, evidence, level)


@contextmanager
def unsaid() -> Iterator[None]:
    """Whatever is wrong, the recorded iteration will say it."""
    try:
        yield
    except DeviceLost:
        raise
    except Exception:  # noqa: BLE001 - the owner's code may raise anything
        pass


def _ran(iteration: Iteration) -> Ran | None:
    """What a recorded iteration says of the step that it made."""
    trainer, segments = iteration.trainer, iteration.tape.segments
    names = trainer.parameters
    if not (iteration.before.keys() >= names.keys() <= iteration.after.keys()):
        return None
    backwards = [n for n, s in enumerate(segments) if s.phase is BACKWARD]
    root = trainer.last_loss
    if trainer.options.step and backwards:
        outputs = [s.output for s in segments[: backwards[-1]] if s.phase is LOSS]
        made = outputs[-1].tensor if outputs and outputs[-1] is not None else None
        root = float(made) if made is not None and made.numel() == 1 else None
    start, end = ({n: v[n] for n in names} for v in (iteration.before, iteration.after))
    return Ran(start, end, len(backwards), root)


def _line(module: nn.Module, number: int) -> str:
    """``file.py:17`` of a line of the module's class."""
    try:
        file = inspect.getsourcefile(type(module))
    except TypeError:  # it has none
        return ""
    return f"{Path(file).name}:{number}" if file and number else ""


def _certain(trainer: Trainer, call: Call, found: Mixing, stacks: bool) -> bool:
    """Whether axis 0 is that of the samples, and nothing takes statistics over them on purpose.

    So it is where a loader stacked them, and where the output has no other axis of the input: a
    model of sequences that has time first keeps the axis of samples.
    """
    if found.by_statistics:
        return False
    source = trainer.own_data
    if stacks or (source is not None and stacked(source.source)):
        return True
    floats = [t for t in batch.tensors(call[1:]) if t.is_floating_point() and t.dim() >= PLANES]
    output = found.output
    return bool(floats) and all(t.shape[1] not in output[1:] for t in floats)


def stacked(loader: Any) -> bool:
    """Whether it is a loader that stacks samples along a first axis."""
    return (
        isinstance(loader, DataLoader)
        and loader.collate_fn is default_collate
        and loader.batch_size is not None
    )


def paths_of(trainer: Trainer) -> Paths:
    """The path of each module that is known of a trainer."""
    paths = module_paths(trainer.model)
    for path, module in trainer.modules():
        paths.setdefault(module, path)
    return paths
