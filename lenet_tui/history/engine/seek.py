"""Runs phases and records them, and runs recorded history again from a keyframe."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.history import History
from lenet_tui.protocol.iteration_plan import IterationPlan, Segment
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phases import PHASES
from lenet_tui.tape.engine.collection import collection_put_off
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.tape.engine.tape import LAST, UNKNOWN, Cursor, Tape
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine.own_data import NotReachable
from lenet_tui.training.engine.rejecting import rejection
from lenet_tui.training.engine.setting import take
from lenet_tui.training.engine.trainer import Trainer

_MADE = {phase.makes for phase in PHASES.values() if phase.makes}
"""What phases make for others to read: an output and a loss."""

MakeTrainer = Callable[[Options], Trainer]
LONG, SHORT = 16, 10
"""After a way of more than so many iterations, those just before are so many away from a keyframe
that is stored on the way."""


class Replay:
    """A tape under way, and the history it is part of. Live torch is always at the tape's end."""

    def __init__(
        self,
        options: Options,
        history: History,
        progress: RecorderProgress,
        make_trainer: MakeTrainer = Trainer,
    ) -> None:
        started = time.perf_counter()
        self.trainer = make_trainer(options)
        self.history = history
        seconds = time.perf_counter() - started
        self.recorder = TapeRecorder(self.trainer, progress, seconds, history.evaluations)
        self.cursor = Cursor(0)
        self.recomputed = 0
        """How often an iteration was run again for tensors that the tape had let go of."""

    @property
    def tape(self) -> Tape:
        return self.recorder.tape

    @property
    def iteration(self) -> int:
        return self.tape.iteration

    @property
    def plan(self) -> IterationPlan:
        """The plan of the present iteration, as far as recorded."""
        return self.history.plan(self.iteration)

    def begin(self, iteration: int) -> None:
        """Start the tape of an iteration; the caller sets the cursor when it has an entry."""
        self.history.settle(iteration - 1)
        self.recorder.begin(iteration)
        self.cursor = Cursor(-1)

    def append(self, segment: Segment) -> None:
        """Run a segment that is not recorded yet, and record it."""
        plan = self.plan
        self.open(segment, plan.with_segment(segment))
        self.history.plans[self.iteration] = plan.with_segment(segment)

    @property
    def own_step(self) -> bool:
        """Whether each iteration is a step of one's own, which runs as a whole."""
        return self.trainer.options.step

    def run_step(self) -> None:
        """Run the present iteration's step, and learn which phases it has."""
        plan = self.plan
        self.recorder.open_step()
        if self.tape.segments[-1].total == UNKNOWN:
            self.history.plans[self.iteration] = replace(plan, segments=())
            return  # it failed: the iteration is not over, and never will be
        made = tuple(recorded.segment for recorded in self.tape.segments)
        self.history.plans[self.iteration] = replace(plan, segments=made)
        self._passed(self.plan)

    def open(self, segment: Segment, plan: IterationPlan | None = None) -> None:
        """Run a segment (a lazy one: nothing of it yet) with the options set inside it."""
        self.recorder.open(segment)
        recorded = self.tape.segments[-1]
        if not segment.kind.lazy or segment.how == "skip":
            for change in (plan or self.plan).changes:
                if change.segment == len(self.tape.segments) - 1 and change.done is not None:
                    take(self.recorder.trainer, change.move)
        if recorded.complete:
            self._passed(plan or self.plan)

    def _step(self) -> None:
        """Run the next op of a lazy phase, and set the options that were set after it."""
        number, before = len(self.tape.segments) - 1, len(self.tape.segments[-1].entries)
        self.recorder.step()
        end = self.tape.end
        passed = len(self.tape.segments[-1].entries)
        for done in range(before + 1, passed):  # an optimizer that steps as a whole
            self._apply(self.plan, Cursor(number, done))
        if end.done is None:
            self._passed(self.plan)
        else:
            self._apply(self.plan, end)

    def _complete(self) -> None:
        """Run what is left of the tape's last segment."""
        if self.own_step:
            return
        last = len(self.tape.segments) - 1
        if self.tape.segments[last].complete:
            return
        if any(change.segment == last for change in self.plan.changes):
            while not self.tape.segments[last].complete:
                self._step()
        else:
            self.recorder.complete()
            self._passed(self.plan)

    def _passed(self, plan: IterationPlan) -> None:
        """At a segment's end: store a keyframe at the boundary, set the options set there."""
        count = len(self.tape.segments)
        if count == plan.boundary() and plan.finished(count):
            self.keep()
        self._apply(plan, self.tape.end)

    def _apply(self, plan: IterationPlan, cursor: Cursor) -> None:
        for move in plan.changes_at(cursor.segment, cursor.done):
            take(self.recorder.trainer, move)

    def keep(self) -> None:
        """Store a keyframe of the live state if one is wanted here."""
        segments = self.tape.segments
        taped = any(s.entries for s in segments)
        if self.iteration and taped and all(s.segment.how == "turn" for s in segments):
            with collection_put_off():
                self.history.keep_near(self.iteration, self.recorder)
        if self.history.wants(self.iteration):
            self._keep()

    def _keep(self) -> None:
        self.history.keep(self.iteration, keyframe.capture_pieces(self.trainer))

    def plain(self) -> None:
        """Run the whole next iteration as a plain loop would, without a tape."""
        iteration, trainer, history = self.iteration + 1, self.trainer, self.history
        if history.plans:
            history.settle(iteration - 1)
        try:  # ``rejecting`` takes 1 % of an iteration
            trainer.begin(iteration)
            trainer.plain_iteration()
            trainer.note_loss()
        except Problem:
            raise
        except Exception as error:
            raise rejection(trainer, error) from error
        self.cursor = self.recorder.skip_to(iteration)
        history.reached(iteration, self.cursor)
        if history.wants(iteration):
            self._keep()

    def boundary(self, iteration: int) -> None:
        """Go to the state in which a recorded iteration had just finished."""
        last = self.history.plan(iteration).boundary() - 1
        self.rebuild(iteration, LAST if self.own_step and iteration else Cursor(last))

    def end_of(self, iteration: int) -> None:
        """Go to the end of a past iteration, with all phases that were run after its turn."""
        last = len(self.history.plan(iteration).segments) - 1
        self.rebuild(iteration, LAST if self.own_step and iteration else Cursor(last))

    def rebuild(self, iteration: int, cursor: Cursor, careful: bool = False) -> None:
        """Re-execute recorded history up to a cursor, from the nearest keyframe.

        ``careful``: run no op after the cursor's, not even of the same phase.
        """
        if self._read_near(iteration, cursor):
            self.cursor = self.tape.end
            return
        if not self._resume_near(iteration, cursor):
            start = self.start_for(iteration)
            if iteration - start > LONG:
                self.history.index.halfway = iteration - SHORT
            try:
                self.resume_at(start, extras=start < iteration)
            except NotReachable:  # another engine drew its batches: they are drawn again
                start = 0
                self.resume_at(start, extras=start < iteration)
            self.replay_to(iteration)
        self._play_to(cursor, careful)
        self.cursor = cursor if cursor.segment < len(self.tape.segments) else self.tape.end

    def _read_near(self, iteration: int, cursor: Cursor) -> bool:
        """Go to the end of another iteration whose tape is kept, if nothing was asked in it."""
        if not self.history.near or iteration == self.iteration or cursor.done is not None:
            return False
        plan = self.history.plan(iteration)
        last = len(plan.segments) - 1 == cursor.segment
        return last and plan.plain and self.history.near.go_to(iteration, self.recorder)

    def _resume_near(self, iteration: int, cursor: Cursor) -> bool:
        """Begin an iteration from the state just before it, if that is kept and is enough.

        It is not where a phase up to the cursor, or the next one, may read an output or a loss
        from before: there is none then.
        """
        near = self.history.near.at(iteration - 1) if self.history.near else None
        if near is None:
            return False
        before = self.history.plan(iteration - 1)
        ahead = self.history.plan(iteration).segments[: cursor.segment + 1]
        made = {s.kind.makes for s in ahead if s.how == "turn"}
        plain = self.own_step or (all(s.how == "turn" for s in ahead) and made >= _MADE)
        if not plain or len(before.segments) > before.boundary():
            return False
        own = self.own_step or self.trainer.updater.own  # which may write into gradients
        keyframe.restore_state(self.trainer, near.state, shared=not own)
        self.recorder.follow(near.past)
        self._apply(before, Cursor(before.boundary() - 1))
        self.begin(iteration)
        return True

    def start_for(self, iteration: int) -> int:
        """The iteration whose keyframe a rebuild of ``iteration`` starts from.

        It is one iteration earlier than needed, so that the last update is known; and earlier
        still where a phase reads an output or a loss from before the keyframe.
        """
        first = max(iteration - 2, 0)
        start = self.history.nearest(first)
        while start and self._reads_back(start, iteration):
            start = self.history.nearest(start - 1)
        return start

    def _reads_back(self, start: int, iteration: int) -> bool:
        """Whether an output or a loss of iteration ``start`` may be read up to ``iteration``."""
        plan = self.history.plan(start)
        if self.own_step:
            return False
        if len(plan.segments) > plan.boundary():
            return True
        missing = set(_MADE)
        for between in range(start + 1, iteration):
            for segment in self.history.plan(between).segments:
                if segment.how == "skip":
                    continue
                if not missing.isdisjoint(segment.kind.needs):
                    return True
                missing.discard(segment.kind.makes)
                if not missing:
                    return False
        return True

    def resume_at(self, start: int, extras: bool = True) -> None:
        """Restore the keyframe of ``start``; ``extras``: run also the phases after its turn."""
        keyframe.restore(self.trainer, self.history.blob(start))
        self.recorder.forget()
        plan = self.history.plan(start)
        boundary = plan.boundary()
        self.recorder.begin(start)
        if start:
            self.recorder.pad(plan.segments[:boundary])
        self._apply(plan, Cursor(boundary - 1))
        for segment in plan.segments[boundary:] if extras else ():
            self.open(segment)
            self._complete()

    def replay_to(self, iteration: int) -> None:
        """Run from the end of the present iteration to the start of a later one, as recorded."""
        while self.iteration < iteration - 1:
            self.replay(record=self.iteration == iteration - 2)
        if self.iteration < iteration:
            self.begin(iteration)

    def replay(self, record: bool) -> None:
        """Run the whole next iteration as recorded; ``record``: with a tape in any case."""
        following = self.iteration + 1
        if record or following in self.history.plans:
            self.begin(following)
            if self.own_step:
                self.run_step()
            for segment in () if self.own_step else self.plan.segments:
                self.open(segment)
                self._complete()
        else:
            self.plain()

    def _play_to(self, cursor: Cursor, careful: bool) -> None:
        """Run the present iteration's segments up to the cursor."""
        segments = self.plan.segments
        first = len(self.tape.segments)
        if self.own_step:
            self.recorder.partly = careful
            if not first:
                self.run_step()
            self.recorder.partly = False
            return
        for number in range(first, cursor.segment + 1):
            last = number == cursor.segment
            segment = segments[number] if number < len(segments) else None
            if segment is None:
                segment = Segment(self.plan.next_phase())
                self.history.plans[self.iteration] = self.plan.with_segment(segment)
            done = cursor.done if last else None
            if careful and done is not None and not segment.kind.lazy:
                self.recorder.open(segment, stop_after=done)
                continue
            self.open(segment)
            recorded = self.tape.segments[-1]
            if segment.kind.lazy and done is None:
                self._complete()
            while segment.kind.lazy and not recorded.complete and len(recorded.entries) != done:
                self._step()
