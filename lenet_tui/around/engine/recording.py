"""One iteration of a script on a tape, with the live objects that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from torch import Tensor

from lenet_tui.around.engine.beside import Beside
from lenet_tui.around.engine.found import Found, bare_tensors, own_frames
from lenet_tui.around.engine.iteration_recorder import IterationRecorder, Over
from lenet_tui.around.engine.script_trainer import ScriptTrainer, title_of
from lenet_tui.protocol.phases import FORWARD, STEP
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.failures import failure_of
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.tape.engine.step_state import StepState
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.text.notice import Notice
from lenet_tui.training.engine.own_errors import own_traceback


class ScriptTape(TapeRecorder):
    """Writes the tapes of a script's iterations, which it does not run."""

    trainer: ScriptTrainer
    beside: Beside | None = None

    @classmethod
    def of(cls, found: Found, file: str, tape_mb: int, beside: Beside | None = None) -> ScriptTape:
        """A writer of tapes for what was found."""
        trainer = ScriptTrainer(found, file, title_of(file), tape_mb)
        writer = cls(trainer, RecorderProgress(), 0.0)
        writer.beside = beside
        return writer

    def present(self, all: bool) -> ScriptTrainer:
        """What the script trains, as it is now: bare tensors may have been replaced by others.

        ``all``: as for ``ScriptTrainer.takes_over``.
        """
        if self.trainer.bare:
            self.trainer.takes_over(bare_tensors(own_frames()), all)
        return self.trainer

    def begin_recording(
        self,
        iteration: int,
        over: tuple[Over, Callable[[], None] | None],
        past: Iterable[list[OpEntry]],
        broke: Callable[[Exception], None],
    ) -> Recording:
        """Record the script's calls from here on, on the tape of an iteration.

        ``over`` with ``skipped``, ``past``, ``broke``: as for ``IterationRecorder``.
        """
        if iteration != self.tape.iteration + 1:  # the last updates that are known are older ones
            self.forget()
        self.begin(iteration)
        base = self.tape.base
        base.grads = {n: None if g is None else g.detach().clone() for n, g in base.grads.items()}
        state = StepState(self.trainer, dict(base.values), dict(base.grads))
        progress = self.progress
        progress.begins(iteration, STEP.name, 0, 0)
        file = str(self.trainer.file.names["__file__"])
        passed, enters = progress.passed, progress.enters
        recorder = IterationRecorder(
            self._paths, state, passed, enters, file,
            optimized=self.trainer.has_optimizers, over=over[0], skipped=over[1], past=past,
            broke=broke,
        )  # fmt: skip
        if self.beside is not None:
            recorder.beside(self.beside, self.trainer)
        recorder.begin()
        return Recording(self, recorder, self.tape, Cursor(0))

    def take(self, recorder: IterationRecorder) -> None:
        """Put what was recorded on the tape."""
        tape, trainer, root = self.tape, self.trainer, recorder.root
        tape.batch = recorder.batch
        tape.segments += recorder.segments
        if root is not None and root.numel() == 1:
            trainer.last_loss = tape.result = float(root.detach())
        forwards = [s for s in recorder.segments if s.phase is FORWARD and s.total]
        self._forward = forwards[-1] if forwards else None
        self.expected = [op for s in forwards[:1] for op in s.ops]
        self.named = [op.name for s in recorder.segments for op in s.ops]
        self._freed = True
        self._updates = {e.name: e for s in recorder.segments for e in s.updates}


@dataclass(slots=True, eq=False)
class Recording:
    """``recorder`` is under way until ``end`` or ``fail``; then all is on ``tape``.

    ``cursor``: where to stand on it. ``why``: what stopped the script there.
    """

    writer: ScriptTape
    recorder: IterationRecorder
    tape: Tape
    cursor: Cursor
    why: Notice | None = None

    @property
    def place(self) -> str:
        """The script's file and line of the last phase: ``train.py:57``."""
        line = self.tape.segments[-1].line if self.tape.segments else 0
        return f"{self.trainer.file.title}:{line}" if line else self.trainer.file.title

    @property
    def trainer(self) -> ScriptTrainer:
        """What the script trains."""
        return self.writer.trainer

    def leaf_used(self, leaf: Tensor) -> None:
        """A leaf goes into an op, which may be the first one after an update by hand."""
        recorder, trainer = self.recorder, self.trainer
        unknown = trainer.bare and id(leaf) not in trainer.names
        if unknown and recorder.after_backward and trainer.takes_over(bare_tensors(own_frames())):
            recorder.replaced()
        recorder.leaf_used()

    def end(self) -> None:
        """The update is over."""
        self.recorder.end()
        self.writer.take(self.recorder)
        self.cursor = self.tape.end
        self._tell(None)

    def fail(self, error: BaseException) -> bool:
        """The script has raised; whether anything is on the tape."""
        recorder = self.recorder
        self.writer.failure = failure_of(
            recorder, self.tape.iteration, STEP.name, own_traceback(error)
        )
        if not recorder.fail():
            self._tell(error)
            return False
        self.writer.take(recorder)
        last = len(self.tape.segments) - 1
        self.cursor = Cursor(last, len(self.tape.segments[last].entries))
        self._tell(error)
        return True

    def _tell(self, error: BaseException | None) -> None:
        if self.writer.beside is not None:
            self.writer.beside.ends(self.trainer, self.tape, error)
