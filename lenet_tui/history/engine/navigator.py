"""Moves the cursor along the tape, and from iteration to iteration, by running torch or reading."""

from __future__ import annotations

from lenet_tui.history.engine.seek import Replay
from lenet_tui.protocol.frame import Failure
from lenet_tui.protocol.iteration_plan import Change, Segment
from lenet_tui.protocol.moves import Set
from lenet_tui.protocol.options import Options, turn_of
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.tape import UNKNOWN, Cursor
from lenet_tui.training.engine.setting import take


class Navigator(Replay):
    """The cursor of a session: it makes every move but the runs over many iterations."""

    @property
    def position(self) -> Position:
        """Where the cursor is."""
        phase = self.tape.segments[self.cursor.segment].segment.phase
        return Position(self.iteration, phase, self.cursor.done, self.tape.index(self.cursor))

    @property
    def options(self) -> Options:
        """The options in force at the cursor."""
        return self.tape.options(self.cursor, self.plan)

    @property
    def finished(self) -> bool:
        """Whether the whole turn of the iteration lies behind the cursor."""
        return self.cursor.done is None and self.plan.finished(self.cursor.segment + 1)

    @property
    def failure(self) -> Failure | None:
        """Where a forward of this iteration, or of the next one, has failed."""
        failure = self.recorder.failure
        near = failure is not None and 0 <= failure.iteration - self.iteration <= 1
        return failure if near else None

    # Forward

    def op(self) -> None:
        """Go one op forward, past skipped phases; in a forward that fails, up to there."""
        self.recorder.partly = True
        try:
            self._op()
        finally:
            self.recorder.partly = False

    def _op(self) -> None:
        if self.cursor.done is None:
            number = self.next_segment()
            while self.tape.segments[number].total == 0:
                self.cursor = Cursor(number)
                number = self.next_segment()
            self.cursor = Cursor(number, 0)
        segment = self.tape.segments[self.cursor.segment]
        done = (self.cursor.done or 0) + 1
        for self.recorder.partly in (True, False):  # again, for the exception, where it fails
            if done > len(segment.entries):
                self._whole()
                segment = self.tape.segments[self.cursor.segment]
        if done > len(segment.entries):
            self._step()
        self.cursor = Cursor(self.cursor.segment, None if done == segment.total else done)

    def phase(self) -> None:
        """Go to the end of the phase under way, or of the next one."""
        if self.cursor.done is None:
            self.recorder.partly = self.own_step  # a step that fails is passed up to where it does
            self.cursor = Cursor(self.next_segment(), 0)
            self.recorder.partly = False
        self._whole()
        self._complete()
        self.cursor = Cursor(self.cursor.segment)

    def finish(self) -> None:
        """Go to the end of the iteration; at a boundary, of the whole next one."""
        if self.cursor.done is not None:
            self.phase()
            if self.finished:
                return
        goal = self.iteration + 1 if self.finished else self.iteration
        while not (self.iteration == goal and self.finished):
            self.phase()

    def next_segment(self) -> int:
        """Run the segment after the cursor's, as recorded or else in turn; returns its number."""
        number = self.cursor.segment + 1
        if number < len(self.tape.segments):
            return number
        plan = self.plan
        if number < len(plan.segments):
            self.open(plan.segments[number])
            return number
        if not plan.finished():
            self.append(Segment(plan.next_phase()))
            return number
        self.begin(self.iteration + 1)
        if self.own_step:
            self.run_step()
            return 0
        recorded = self.plan.segments
        if recorded:
            self.open(recorded[0])
        else:
            self.append(Segment(self.plan.next_phase()))
        return 0

    def _whole(self) -> None:
        """If the cursor's phase was stopped inside on purpose, run it whole now."""
        if self.tape.segments[self.cursor.segment].total == UNKNOWN:
            cursor = self.cursor
            self.rebuild(self.iteration, Cursor(cursor.segment))
            self.cursor = cursor

    # Backward and anywhere

    def back_op(self) -> None:
        """Undo one op; at the very start nothing."""
        number, done = self.cursor.segment, self.cursor.done
        while number >= 0 and self.tape.segments[number].total == 0:
            number, done = number - 1, None
        if number < 0:
            if self.iteration == 0:
                self.cursor = Cursor(0)
                return
            self.end_of(self.iteration - 1)
            self.back_op()
            return
        done = (self.tape.segments[number].total if done is None else done) - 1
        self._put(number, done)

    def back_phase(self) -> None:
        """Undo the phase under way, or the last one passed; at the very start nothing."""
        self._put(self.cursor.segment, 0)

    def back_iteration(self) -> None:
        """Undo the iteration under way, or the last one finished; at the very start nothing."""
        if self.iteration == 0:
            self.cursor = Cursor(0)
        else:
            self.end_of(self.iteration - 1)

    def _put(self, segment: int, done: int) -> None:
        """Put the cursor after ``done`` ops of a segment; 0: after the segment before."""
        if done > 0:
            self.cursor = Cursor(segment, done)
        elif segment > 0:
            self.cursor = Cursor(segment - 1)
        elif self.iteration > 0:
            self.end_of(self.iteration - 1)

    # The present

    def make_live(self) -> None:
        """Bring live torch exactly to the cursor, so that something new can happen here."""
        tape, cursor = self.tape, self.cursor
        segment = tape.segments[cursor.segment]
        applied = self.plan.cut(tape.end.segment, tape.end.done).changes
        if (
            len(tape.segments) - 1 > cursor.segment
            or (segment.phase.lazy and tape.end != cursor)
            or self.plan.cut(cursor.segment, cursor.done).changes != applied
        ):
            self.rebuild(self.iteration, cursor)

    def diverge(self) -> None:
        """Drop what is recorded after the cursor, and bring live torch there."""
        plan = self.plan.cut(self.cursor.segment, self.cursor.done)
        live = self.plan == plan
        self.history.cut(self.iteration, self.cursor, plan)
        if live:
            self.make_live()
        else:
            self.rebuild(self.iteration, self.cursor)

    def set(self, move: Set) -> None:
        """Change an option from here on, and drop what is recorded after the cursor."""
        self.diverge()
        take(self.recorder.trainer, move)
        change = Change(self.cursor.segment, self.cursor.done, move)
        self.history.plans[self.iteration] = self.plan.with_change(change)

    def set_device(self, move: Set) -> None:
        """Change the device: the iteration under way is run again on it."""
        self.diverge()
        iteration, cursor, plan = self.iteration, self.cursor, self.plan
        if self.finished or not iteration:
            self.set(move)
            return
        self.end_of(iteration - 1)
        self.set(move)
        self.history.plans[iteration] = plan
        self.history.reached(iteration, cursor)
        self.rebuild(iteration, cursor)

    def skip(self, phase: str) -> None:
        """Pass the phase next in turn without effect."""
        self.diverge()
        if self.finished:
            self.begin(self.iteration + 1)
        self.append(Segment(phase, "skip"))
        self.cursor = Cursor(len(self.tape.segments) - 1)

    def do(self, segment: Segment) -> None:
        """Run a phase out of turn; what is recorded after the cursor goes only if it succeeds."""
        if not segment.kind.by_hand and segment.phase not in turn_of(self.options):
            raise MoveRejected("history:phase-off", phase=segment.phase, option=segment.kind.option)
        self.make_live()
        before = self.cursor
        plan = self.plan.cut(before.segment, before.done).with_segment(segment)
        self.history.plans[self.iteration] = plan
        self.open(segment, plan)
        self._complete()
        self.cursor = Cursor(len(self.tape.segments) - 1)
        self.history.cut(self.iteration, before, plan)
