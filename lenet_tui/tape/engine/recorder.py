"""Runs phases on live torch and writes them on the tape."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from torch import Tensor

from lenet_tui.protocol.evaluation import Evaluations
from lenet_tui.protocol.frame import Failure
from lenet_tui.protocol.iteration_plan import INIT, Segment
from lenet_tui.protocol.phases import BACKWARD, EDIT, FORWARD, LOSS, STEP, UPDATE, ZERO_GRAD, Phase
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine import backward_recorder
from lenet_tui.tape.engine.budget import TapeBudget
from lenet_tui.tape.engine.collection import collection_as_usual, collection_put_off
from lenet_tui.tape.engine.edit_recorder import run_edit
from lenet_tui.tape.engine.entries import Entry, GradientEntry, OpEntry, UpdateEntry
from lenet_tui.tape.engine.failures import failure_of
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.module_paths import Paths, module_paths
from lenet_tui.tape.engine.op_recorder import StopHere
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.skipping import goes_on, skipped
from lenet_tui.tape.engine.state_digest import StateDigests
from lenet_tui.tape.engine.step_recorder import StepRecorder
from lenet_tui.tape.engine.step_state import StepState
from lenet_tui.tape.engine.tape import UNKNOWN, Base, Cursor, Past, Tape, TapeSegment
from lenet_tui.tape.engine.update_recorder import UpdateRecorder
from lenet_tui.training.engine.gradient_phases import GRADIENT_PHASES
from lenet_tui.training.engine.rejecting import rejecting
from lenet_tui.training.engine.trainer import Trainer


class TapeRecorder:
    """Writes the tape of the present iteration. The trainer is always at the tape's end.

    ``expected``: the ops that a forward does, as far as one has been seen; ``named``: the names of
    all ops of a step of one's own.
    """

    def __init__(
        self,
        trainer: Trainer,
        progress: RecorderProgress,
        seconds: float,
        evaluations: Evaluations | None = None,
    ) -> None:
        self.trainer = trainer
        self.evaluations = evaluations or Evaluations()
        self._init = TapeSegment(INIT.segments[0], 0, seconds=seconds)
        self.progress = progress
        self._paths = module_paths(trainer.model)
        for path, module in trainer.modules():
            self._paths.setdefault(module, path)
        self._names = list(trainer.parameters)
        self._updates: dict[str, UpdateEntry] = {}
        self.edited: dict[str, Tensor] = {}
        """What a person has made of parameters since their last update."""
        self._update = UpdateRecorder(trainer)
        self.fetched = -1
        self._forward: TapeSegment | None = None
        self._freed = False
        self.digests = StateDigests()
        self._running: ForwardRecorder | None = None
        self.failure: Failure | None = None
        self.partly = False
        """Whether a forward that fails stays on the tape, as far as it came."""
        self.expected: list[OpEntry] = []
        self.budget: TapeBudget | None = None
        self.named: list[str] = []
        self.tape = self.begin(0)

    def begin(self, iteration: int) -> Tape:
        """A new tape; iteration 0 has its ``init`` on it already."""
        with collection_put_off():
            tape = self._begin(iteration)
        collection_as_usual()
        return tape

    def _begin(self, iteration: int) -> Tape:
        trainer = self.trainer
        trainer.begin(iteration)
        base = Base(
            trainer.options, self._values(), {n: p.grad for n, p in trainer.parameters.items()},
            trainer.last_loss, trainer.accumulated, self._updates, self._forward, self._freed,
            trainer.updater.own_lr, frozenset(self.edited),
        )  # fmt: skip
        self._updates, self.edited = {}, {}
        if self.budget:
            self.budget.leave()
        self.digests.leave()
        self.tape = Tape(iteration, base, evaluations=self.evaluations)
        if iteration == 0:
            self.tape.segments.append(self._init)
        return self.tape

    def _values(self) -> dict[str, Tensor]:
        """The parameters' values, copied; those just updated are on the tape already."""
        taped = {name: entry.after for name, entry in self._updates.items()} | self.edited
        live = self.trainer.parameters.items()
        return {name: taped[name] if name in taped else p.detach().clone() for name, p in live}

    def forget(self) -> None:
        """Drop what the next tape would take over, as it does not follow the present one."""
        self._updates, self.edited = {}, {}
        self._update.forget()
        self.fetched = -1

    @property
    def past(self) -> Past:
        """What the next tape would take over now."""
        return Past(dict(self._updates), self._forward, self._freed)

    def follow(self, past: Past) -> None:
        """Have the next tape take over this, as the trainer is where that tape ended."""
        self.forget()
        self._updates, self._forward, self._freed = dict(past.updates), past.forward, past.freed

    def pad(self, segments: Iterable[Segment]) -> None:
        """Add segments that were run before the tape begins, without entries."""
        self.tape.segments += [TapeSegment(segment, 0) for segment in segments]

    def skip_to(self, iteration: int) -> Cursor:
        """Have a tape without entries, for an iteration run without recording; returns its end."""
        self.digests.forget()
        collection_as_usual()
        if not goes_on(self.tape, iteration, self.trainer.options):
            self.forget()
            self.tape = skipped(self.tape, iteration, self.trainer.options)
        return self.tape.skipped[2] if self.tape.skipped else self.tape.end

    def open(self, segment: Segment, stop_after: int | None = None) -> TapeSegment:
        """Run a segment (a lazy phase: nothing of it yet) and append it to the tape.

        After an error the tape is without it, and the live state is in between.
        ``stop_after``: end a forward or backward after so many ops, as if torch were still in it.
        """
        self._enter(segment.phase)
        started = time.perf_counter()
        try:
            with rejecting(self.trainer), collection_put_off():
                recorded = self._record(segment, stop_after)
                self.trainer.synchronise()
        except MoveRejected as rejected:
            begun = self._failed(segment, rejected.traceback)
            if begun is None:
                raise
            recorded = begun
        recorded.seconds = time.perf_counter() - started
        self.tape.segments.append(recorded)
        return recorded

    def _failed(self, segment: Segment, traceback: tuple[str, ...]) -> TapeSegment | None:
        """Note where a forward failed; returns it as far as it came, if that is wanted."""
        running, self._running = self._running, None
        if running is None or not traceback:
            return None
        self.failure = failure_of(running, self.tape.iteration, segment.phase, traceback)
        self.expected, done = running.entries, [*running.entries]
        if not self.partly or not done:
            return None
        return TapeSegment(segment, UNKNOWN, [*done], planned=len(done) + 1)

    def _record(self, segment: Segment, stop_after: int | None) -> TapeSegment:
        if segment.how == "skip":
            return TapeSegment(segment, 0)
        if segment.kind.lazy:
            return TapeSegment(segment, len(self.trainer.parameters))
        return WHOLE[segment.kind](self, segment, stop_after)

    def open_step(self) -> None:
        """Run a step of one's own whole, and append its phases to the tape."""
        trainer, progress = self.trainer, self.progress
        self._enter(STEP.name)
        values, base = dict(self.tape.base.values), self.tape.base
        base.grads = {n: None if g is None else g.detach().clone() for n, g in base.grads.items()}
        state = StepState(trainer, values, dict(base.grads))
        file = trainer.file.names.get("__file__") or ""
        recorder = StepRecorder(self._paths, state, progress.passed, progress.enters, file)
        try:
            with rejecting(trainer):
                step = trainer.prepared_step()
                self.tape.batch = trainer.batch
                returned = recorder.run_step(step)
                trainer.note_result(returned, recorder.root)
        except MoveRejected as rejected:
            if not rejected.traceback:
                raise
            self._step_failed(recorder, rejected.traceback)
            if not self.partly or not recorder.close_failed():
                raise
            self.tape.segments += recorder.segments
            return
        self._succeeded()
        self.tape.result = trainer.last_loss
        self.tape.segments += recorder.segments
        forwards = [s for s in recorder.segments if s.phase is FORWARD]
        self._forward = forwards[-1] if forwards else None
        self.expected = [op for s in forwards[:1] for op in s.ops]
        self.named = [op.name for s in recorder.segments for op in s.ops]
        self._freed = recorder.segments[-1].phase is not FORWARD
        self._updates = {e.name: e for s in recorder.segments for e in s.updates}

    def _succeeded(self) -> None:
        """Forget the failure of this iteration; that of another, which is run next, stays."""
        if self.failure is not None and self.failure.iteration == self.tape.iteration:
            self.failure = None

    def _step_failed(self, recorder: StepRecorder, traceback: tuple[str, ...]) -> None:
        failure = failure_of(recorder, self.tape.iteration, STEP.name, traceback)
        self.failure = replace(failure, done=recorder.unclosed)

    def complete(self) -> None:
        """Run what is left of the last segment's ops."""
        last = self.tape.segments[-1]
        if not last.complete:
            self._run(last, last.total - len(last.entries))

    def step(self) -> None:
        """Run the next op of a lazy phase."""
        self._run(self.tape.segments[-1], 1)

    def _run(self, lazy: TapeSegment, count: int) -> None:
        """Run the next ``count`` ops of a lazy phase."""
        done = len(lazy.entries)
        if lazy.phase is UPDATE and not self.trainer.updater.separable:
            count = lazy.total - done
        names = self._names[done : done + count]
        started = time.perf_counter()
        with rejecting(self.trainer), collection_put_off():
            lazy.entries += BY_PARAMETER[lazy.phase](self, names)
            if names:
                self.progress.passed(len(lazy.entries), names[-1])
            self.trainer.synchronise()
        lazy.seconds += time.perf_counter() - started
        if lazy.phase is ZERO_GRAD and lazy.complete:
            self.trainer.accumulated = 0

    def run_forward(self, segment: Segment, stop_after: int | None) -> TapeSegment:
        trainer = self.trainer
        if self.fetched != self.tape.iteration or trainer.batch is None:
            trainer.fetch()
            self.fetched = self.tape.iteration
        self.tape.batch = trainer.batch
        recorder = ForwardRecorder(
            self._paths, self.progress.passed, stop_after, self.progress.enters
        )
        self._running = recorder
        try:
            trainer.forward(recorder.run)
        except StopHere:
            self._running, begun = None, [*recorder.entries]
            planned = max(len(self.expected), len(begun))
            return TapeSegment(segment, UNKNOWN, [*begun], planned=planned)
        self._running = None
        self._succeeded()
        self.edited |= recorder.changed.values
        self.expected = recorder.entries
        self._freed = False
        entries: list[Entry] = list(recorder.entries)
        made, parts = recorder.output, recorder.parts
        self._forward = TapeSegment(segment, len(entries), entries, output=made, returned=parts)
        return self._forward

    def run_loss(self, segment: Segment, stop_after: int | None) -> TapeSegment:
        trainer = self.trainer
        target = trainer.target()
        recorder = ForwardRecorder(Paths(), self.progress.passed, enters=self.progress.enters)
        with recorder:
            trainer.compute_loss(target)
        trainer.note_loss()
        recorder.name_all(LOSS.name, self._forward.ops if self._forward else ())
        output = recorder.returned(trainer.loss)
        assert output is not None
        output.name = segment.kind.makes
        return TapeSegment(segment, len(recorder.entries), [*recorder.entries], output=output)

    def run_backward(self, segment: Segment, stop_after: int | None) -> TapeSegment:
        trainer = self.trainer
        root = trainer.root(segment.vector)
        vector = trainer.make_vector(segment.vector) if segment.vector else None
        node = root.grad_fn
        ops = [op for recorded in self.tape.segments for op in recorded.ops]
        infos = backward_recorder.walk([node], ops, trainer.names) if node else []
        recorder = backward_recorder.BackwardRecorder(
            infos, trainer.parameters, self.progress.passed, stop_after, apart=trainer.updater.own
        )
        recorder.watch = self.budget.watching(self.tape, not self.partly) if self.budget else None
        planned = 0
        try:
            trainer.backward(root, vector)
        except StopHere:
            trainer.accumulated += 1
            planned = len(infos)
        finally:
            recorder.remove()
        self._freed = True
        done = list(recorder.entries)
        total = UNKNOWN if planned else len(done)
        return TapeSegment(segment, total, done, root=node, vector=vector, planned=planned)

    def run_gradients(self, segment: Segment, stop_after: int | None) -> TapeSegment:
        """A phase that changes gradients: one op for each parameter."""
        parameters = self.trainer.parameters
        before = {name: p.grad for name, p in parameters.items()}
        computed = self.trainer.change_gradients(segment.kind)
        facts = {key: float(value) for key, value in computed.items()}
        entries: list[Entry] = [
            GradientEntry(name, segment.phase, name.rpartition(".")[0], before[name], p.grad, facts)
            for name, p in parameters.items()
        ]
        return TapeSegment(segment, len(entries), entries)

    def zero(self, names: Sequence[str]) -> Sequence[Entry]:
        """The ops of ``zero_grad`` for these parameters."""
        entries = []
        for name in names:
            p = self.trainer.parameters[name]
            before, p.grad = p.grad, None
            entries.append(GradientEntry(name, ZERO_GRAD.name, name.rpartition(".")[0], before))
        return entries

    def update(self, names: Sequence[str]) -> Sequence[Entry]:
        """The ops of ``update`` for these parameters."""
        return self._update.run(names, self._updates, self.edited, self.tape.base.values)

    def _enter(self, phase: str) -> None:
        """Note in the progress that a segment begins."""
        segments = self.tape.segments
        index = sum(len(s.entries) for s in segments)
        self.progress.begins(self.tape.iteration, phase, len(segments), index)


WHOLE: dict[Phase, Callable[[TapeRecorder, Segment, int | None], TapeSegment]] = {
    **dict.fromkeys(GRADIENT_PHASES, TapeRecorder.run_gradients),
    FORWARD: TapeRecorder.run_forward,
    LOSS: TapeRecorder.run_loss,
    BACKWARD: TapeRecorder.run_backward,
    EDIT: lambda own, edit, _: run_edit(edit, own.trainer, own.tape, own.edited),
}
"""The methods for the phases that run as a whole."""

BY_PARAMETER: dict[Phase, Callable[[TapeRecorder, Sequence[str]], Sequence[Entry]]] = {
    ZERO_GRAD: TapeRecorder.zero,
    UPDATE: TapeRecorder.update,
}
"""The methods for the other phases, which run for any of the parameters."""
