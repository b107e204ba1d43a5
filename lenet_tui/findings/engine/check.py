"""Runs a few iterations with everything recorded, has detectors look, and undoes everything."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace

import torch
from torch import Tensor

from lenet_tui.findings.engine.anomaly import no_anomaly
from lenet_tui.findings.engine.calls import Backwards, Call, Observer
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.table import DETECTORS
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import ERROR, LEVELS, NOTE, WARNING, Finding, Findings
from lenet_tui.history.engine.held_state import held_state, put_back
from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.options import phases_on
from lenet_tui.protocol.phases import BACKWARD, INIT, STEP, turn
from lenet_tui.protocol.session_api import MoveRejected, OwnError
from lenet_tui.tape.engine.making import made_by
from lenet_tui.tape.engine.new_node import new_node
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.tape.engine.step_recorder import StepRecorder
from lenet_tui.tape.engine.tape import TapeSegment
from lenet_tui.training.engine.trainer import Trainer

MOST = 8
"""Iterations that are run where a detector wants to see more than were asked for."""
GRAVITY = (ERROR, WARNING, NOTE)
SAYS_WHY = frozenset({"inplace-overwrite", "double-backward", "graph-across-iterations"})
"""Findings that are made of what backward raised: they name the line that is to blame for it."""

WITHOUT = "does not require grad"
"""What torch says of a loss that no way leads to."""


class CheckRecorder(TapeRecorder):
    """Keeps what was raised, and the ops of a phase or step that failed.

    ``values``: copies of the trainer's present values, which stay as they are.
    """

    error: BaseException | None = None

    def __init__(
        self, trainer: Trainer, progress: RecorderProgress, values: dict[str, Tensor]
    ) -> None:
        self._known = values
        super().__init__(trainer, progress, 0.0)

    def _values(self) -> dict[str, Tensor]:
        known, live = self._known, self.trainer.parameters.items()
        return {n: known[n] if n in known else p.detach().clone() for n, p in live}

    def after(self) -> dict[str, Tensor]:
        """Copies of all values at the end: a step's tape has those of the parameters, compared."""
        if self.error is not None or not self.trainer.options.step:
            return copies(self.trainer)
        values, grads = dict(self.tape.base.values), dict(self.tape.base.grads)
        for segment in self.tape.segments:
            for entry in segment.entries:
                entry.apply(values, grads)
        if values.keys() != self.trainer.parameters.keys():
            return copies(self.trainer)
        return {n: t.detach().clone() for n, t in self.trainer.buffers.items()} | values

    def _failed(self, segment: Segment, traceback: tuple[str, ...]) -> TapeSegment | None:
        self.error, running = _cause(), self._running
        super()._failed(segment, traceback)
        if running is None:
            return None
        return TapeSegment(segment, len(running.entries), [*running.entries])

    def _step_failed(self, recorder: StepRecorder, traceback: tuple[str, ...]) -> None:
        self.error = _cause()
        super()._step_failed(recorder, traceback)


def _cause() -> BaseException | None:
    """What the rejection that is being handled was raised from."""
    rejected = sys.exc_info()[1]
    return rejected.__cause__ if rejected is not None and rejected.__cause__ else rejected


def check(
    trainer: Trainer,
    iterations: int,
    first: int = 1,
    detectors: Iterable[type[Detector]] = DETECTORS,
) -> Findings:
    """What is wrong with the next iterations of a trainer, which then is as it was, to the bit.

    ``first``: the number of the first of them, for schedules.
    """
    looking = [make() for make in detectors]
    found: list[Finding] = []
    start = held_state(trainer)
    flags = {name: p.requires_grad for name, p in trainer.parameters.items()}
    done, frozen = 0, _frozen()
    try:
        for detector in looking:
            detector.held = start
            found += detector.begin(trainer)
        values = copies(trainer)
        while done < iterations or (done < MOST and any(d.wants_more() for d in looking)):
            done += 1
            failed, made, values = _run(trainer, done, first + done - 1, looking, values)
            found += [replace(one, iteration=done) for one in made]
            for detector in looking:
                found += detector.left(done)
            if failed:
                break
        for detector in looking:
            found += detector.end()
    finally:
        if frozen:
            gc.unfreeze()
        put_back(trainer, start)
        for name, p in trainer.parameters.items():
            if p.is_leaf and p.requires_grad is not flags[name]:
                p.requires_grad_(flags[name])
    return Findings(tuple(sorted_findings(found)), done)


def _frozen() -> bool:
    """Have collections look only at what comes from now on; whether nobody had done so before."""
    if gc.get_freeze_count():
        return False
    gc.freeze()
    return True


def sorted_findings(found: Iterable[Finding]) -> Iterator[Finding]:
    """The gravest first; once for each id and place."""
    order = list(LEVELS)
    seen: set[tuple[str, str, str]] = set()
    for finding in sorted(
        _explained(list(found)), key=lambda f: (GRAVITY.index(f.level), -_specific(f, order))
    ):
        if (finding.id, finding.where, finding.line) not in seen:
            seen.add((finding.id, finding.where, finding.line))
            yield finding


def _explained(found: list[Finding]) -> list[Finding]:
    """What torch raised is a note where a finding says of the same place why it did so."""
    errors = [f for f in found if f.level == ERROR and f.id != "raised"]
    return [
        replace(f, level=NOTE) if f.id == "raised" and any(_says_why(e, f) for e in errors) else f
        for f in found
    ]


def _says_why(error: Finding, raised: Finding) -> bool:
    cut = error.id == "graph-cut" and WITHOUT in str(raised.evidence.get("message", ""))
    return cut or error.id in SAYS_WHY or error.line == raised.line != ""


def _specific(finding: Finding, order: list[str]) -> int:
    return len(order) - order.index(finding.id) if finding.id != "raised" else -1


def _run(
    trainer: Trainer,
    number: int,
    iteration: int,
    looking: list[Detector],
    values: dict[str, Tensor],
) -> tuple[bool, list[Finding], dict[str, Tensor]]:
    """Run an iteration and have it looked at: whether it failed, what was found, the new values."""
    recorded = _record(trainer, number, iteration, _hooks(looking), values)
    found = [finding for detector in looking for finding in detector.look(recorded)]
    return recorded.error is not None, found, recorded.after


def _hooks(looking: list[Detector]) -> list[Callable[[Call], None]]:
    return [d.before for d in looking if type(d).before is not Detector.before]


def _record(
    trainer: Trainer,
    number: int,
    iteration: int,
    before: list[Callable[[Call], None]],
    values: dict[str, Tensor],
) -> Iteration:
    """Run an iteration with everything recorded."""
    paths = {id(module): path for path, module in trainer.modules()}
    observer = Observer(paths, before)
    recorder = CheckRecorder(trainer, RecorderProgress(), values)
    recorder.partly = True
    sequence = autograd_count()
    recorder.begin(iteration)
    phase = INIT.name
    with ExitStack() as stack:
        stack.enter_context(_eager())
        stack.enter_context(no_anomaly())
        stack.enter_context(observer)
        stack.enter_context(made_by(observer.makes))
        try:
            if trainer.options.step:
                phase = STEP.name
                recorder.open_step()
            else:
                for phase in turn(phases_on(trainer.options)):
                    with Backwards(observer) if phase == BACKWARD.name else nullcontext():
                        recorder.open(Segment(phase))
                    if recorder.error is not None:
                        break
                    recorder.complete()
        except (MoveRejected, OwnError) as rejected:
            recorder.error = recorder.error or rejected.__cause__ or rejected
    after = recorder.after()
    segments = recorder.tape.segments
    observer.pair(op for segment in segments for op in segment.ops)
    if recorder.error is not None and segments and trainer.options.step:
        phase = segments[-1].phase.name
    return Iteration(
        number, trainer, recorder.tape, observer.calls, observer.modules, values, after,
        {n: p.requires_grad for n, p in trainer.parameters.items()},
        known_optimizers(trainer, observer), recorder.error, sequence, phase,
        observer.modes.changes, observer.closures, observer.seedings.all, observer.optimizers,
    )  # fmt: skip


def known_optimizers(trainer: Trainer, observer: Observer) -> list[torch.optim.Optimizer] | None:
    """All optimizers that are known; ``None``: the app's own has every parameter."""
    if not trainer.options.step:
        own = trainer.updater._own
        return None if own is None else [own]
    found = [*trainer.objects.optimizers.values()] if trainer.objects else []
    found += [o for o in observer.optimizers if all(o is not known for known in found)]
    return found


def copies(trainer: Trainer) -> dict[str, Tensor]:
    """Copies of parameters and buffers."""
    live = {**trainer.buffers, **trainer.parameters}
    return {name: t.detach().clone() for name, t in live.items()}


def autograd_count() -> int:
    """The number that autograd gives the next node."""
    return int(new_node()._sequence_nr())


def _eager() -> ExitStack:
    """Meanwhile what is compiled runs op by op, so that all of it is seen."""
    stack = ExitStack()
    with suppress(AttributeError):
        stack.enter_context(torch.compiler.set_stance("force_eager"))
    return stack
