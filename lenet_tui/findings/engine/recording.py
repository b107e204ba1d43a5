"""Runs an iteration with everything recorded, for detectors to look at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext, suppress

import torch
from torch import Tensor

from lenet_tui.findings.engine.anomaly import no_anomaly
from lenet_tui.findings.engine.calls import Backwards, Call, Observer
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.options import phases_on
from lenet_tui.protocol.phases import BACKWARD, INIT, STEP, turn
from lenet_tui.protocol.session_api import MoveRejected, OwnError
from lenet_tui.tape.engine.making import made_by
from lenet_tui.tape.engine.new_node import new_node
from lenet_tui.tape.engine.progress import RecorderProgress, Unwatched
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.tape.engine.step_recorder import StepRecorder
from lenet_tui.tape.engine.tape import TapeSegment
from lenet_tui.training.engine.copies import copies as all_copied
from lenet_tui.training.engine.trainer import Trainer


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
        """Copies of all values at the end: the tape has those of the parameters.

        A step's are compared; in the app's order the updates come last.
        """
        if self.error is not None:
            return copies(self.trainer)
        if not self.trainer.options.step:
            updates = {u.name: u.after for u in self.tape.segments[-1].updates}
            if updates.keys() != self.trainer.parameters.keys():
                return copies(self.trainer)
            return copied(self.trainer.buffers) | updates
        values, grads = dict(self.tape.base.values), dict(self.tape.base.grads)
        for segment in self.tape.segments:
            for entry in segment.entries:
                entry.apply(values, grads)
        if values.keys() != self.trainer.parameters.keys():
            return copies(self.trainer)
        return copied(self.trainer.buffers) | values

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


def record(
    trainer: Trainer,
    number: int,
    iteration: int,
    before: Sequence[Callable[[Call], None]],
    values: dict[str, Tensor],
) -> Iteration:
    """Run an iteration with everything recorded."""
    paths = {id(module): path for path, module in trainer.modules()}
    observer = Observer(paths, before)
    recorder = CheckRecorder(trainer, Unwatched(), values)
    recorder.partly = True
    sequence = autograd_count()
    recorder.begin(iteration)
    phase = INIT.name
    with ExitStack() as stack:
        stack.enter_context(eager())
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
        observer.unseen,
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
    return copied({**trainer.buffers, **trainer.parameters})


def copied(live: dict[str, Tensor]) -> dict[str, Tensor]:
    """Copies of these."""
    return dict(zip(live, all_copied([*live.values()]), strict=True))


def autograd_count() -> int:
    """The number that autograd gives the next node."""
    return int(new_node()._sequence_nr())


def eager() -> ExitStack:
    """Meanwhile what is compiled runs op by op, so that all of it is seen."""
    stack = ExitStack()
    with suppress(AttributeError):
        stack.enter_context(torch.compiler.set_stance("force_eager"))
    return stack
