"""One of two programs: a training file with its own model, data and generators, recorded."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from torch import Tensor

from lenet_tui.history.engine import keyframe
from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.moves import Set
from lenet_tui.protocol.options import OptionError, Options, turn_of
from lenet_tui.protocol.session_api import DeviceLost, MoveRejected, OwnError
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.tape.engine.tape import Tape
from lenet_tui.text.notice import Notice, verbatim
from lenet_tui.training.engine.generators import generators
from lenet_tui.training.engine.rejecting import rejecting
from lenet_tui.training.engine.setting import take
from lenet_tui.training.engine.trainer import Trainer

FAILURES = (MoveRejected, OptionError, OwnError)


class Program:
    """Runs iteration after iteration and records each; ``error``: what ended it.

    Raises one of ``FAILURES`` where the file gives no model, data or optimizer.

    ``start``: a keyframe to begin in, before iteration number ``first``, with ``changes`` then.
    The generators are the program's own: whatever ran in between, it draws what it would have
    drawn alone.
    """

    def __init__(
        self,
        options: Options,
        start: bytes | None = None,
        first: int = 1,
        changes: Sequence[Set] = (),
    ) -> None:
        self.error: Notice | None = None
        self.traceback: tuple[str, ...] = ()
        self._first = first
        self.trainer = Trainer(options)
        if start is not None:
            keyframe.restore(self.trainer, start)
        for change in changes:
            take(self.trainer, change)
        self.recorder = TapeRecorder(self.trainer, RecorderProgress(), 0.0)
        self._generators = generators()

    @property
    def tape(self) -> Tape:
        """Of the last iteration, as far as it came."""
        return self.recorder.tape

    @property
    def own_lines(self) -> bool:
        """Whether the lines on the tape are of its own file: those of an imported model are not."""
        if self.trainer.options.step:
            return True
        forward = getattr(type(self.trainer.model), "forward", None)
        code = getattr(inspect.unwrap(forward), "__code__", None) if forward else None
        return code is not None and code.co_filename == self.trainer.file.names.get("__file__")

    def state(self) -> dict[str, Tensor]:
        """The parameters and buffers, as they are now."""
        return {**self.trainer.parameters, **self.trainer.buffers}

    def loss(self) -> float | None:
        """The loss of the last iteration; ``None``: it came to none."""
        return None if self.error is not None else self.trainer.last_loss

    def step(self) -> None:
        """Run the next iteration; nothing, once one has failed."""
        if self.error is not None:
            return
        with self._own_generators():
            try:
                self._step()
            except FAILURES as failed:
                self.error = failed.notice
                self.traceback = getattr(failed, "traceback", ())
        failure = self.recorder.failure
        if failure is not None:
            self.traceback = failure.traceback
            self.error = self.error or verbatim(failure.traceback[-1].strip())

    def _step(self) -> None:
        recorder, options = self.recorder, self.trainer.options
        recorder.begin(max(self.tape.iteration + 1, self._first))
        recorder.partly = True  # what ran before an op that fails is compared too
        if options.step:
            recorder.open_step()
            return
        with rejecting(self.trainer):
            for phase in turn_of(options):
                recorder.open(Segment(phase))
                if recorder.failure is not None:
                    return
                recorder.complete()

    @contextmanager
    def _own_generators(self) -> Iterator[None]:
        others = generators()
        self._generators.restore()
        lost = False
        try:
            yield
        except DeviceLost:
            lost = True
            raise
        finally:
            if not lost:
                self._generators = generators()
                others.restore()
