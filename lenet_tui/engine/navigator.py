"""Moves the cursor along the tape, and from iteration to iteration, by running torch or reading."""

from __future__ import annotations

import time

from lenet_tui.core.moves import Set
from lenet_tui.core.options import Options
from lenet_tui.core.phases import TURN, Position
from lenet_tui.core.script import Change, Script, Segment
from lenet_tui.engine import keyframe
from lenet_tui.engine.history import History
from lenet_tui.engine.player import LAZY, UNKNOWN, Player, Progress
from lenet_tui.engine.tape import Cursor, Tape
from lenet_tui.engine.trainer import Trainer, refusing


class Navigator:
    """The cursor of a session. Live torch is always at the end of the tape, never before it."""

    def __init__(self, options: Options, history: History, progress: Progress) -> None:
        started = time.perf_counter()
        self.trainer = Trainer(options)
        self.history = history
        self.player = Player(self.trainer, progress, time.perf_counter() - started)
        self.cursor = Cursor(0)

    @property
    def tape(self) -> Tape:
        return self.player.tape

    @property
    def iteration(self) -> int:
        return self.tape.iteration

    @property
    def script(self) -> Script:
        """What was asked of the present iteration, as far as recorded."""
        return self.history.script(self.iteration)

    @property
    def position(self) -> Position:
        """Where the cursor is."""
        return Position(
            self.iteration,
            self.tape.segments[self.cursor.segment].segment.phase,
            self.cursor.done,
            self.tape.index(self.cursor),
        )

    @property
    def finished(self) -> bool:
        """Whether the whole turn of the iteration lies behind the cursor."""
        return self.cursor.done is None and self.script.finished(self.cursor.segment + 1)

    # Forward

    def op(self) -> None:
        """One op on; skipped phases before it are passed."""
        if self.cursor.done is None:
            number = self.next_segment()
            while self.tape.segments[number].total == 0:
                self.cursor = Cursor(number)
                number = self.next_segment()
            self.cursor = Cursor(number, 0)
        self._whole()
        segment = self.tape.segments[self.cursor.segment]
        done = (self.cursor.done or 0) + 1
        if done > len(segment.entries):
            self._step()
        self.cursor = Cursor(self.cursor.segment, None if done == segment.total else done)

    def phase(self) -> None:
        """To the end of the phase under way, or of the next one."""
        if self.cursor.done is None:
            self.cursor = Cursor(self.next_segment(), 0)
        self._whole()
        self._complete()
        self.cursor = Cursor(self.cursor.segment)

    def finish(self) -> None:
        """To the end of the iteration; at a boundary, of the whole next one."""
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
        script = self.script
        if number < len(script.segments):
            self.open(script.segments[number])
            return number
        if not script.finished():
            self.append(Segment(script.next_phase()))
            return number
        self.begin(self.iteration + 1)
        recorded = self.script.segments
        if recorded:
            self.open(recorded[0])
        else:
            self.append(Segment(self.script.next_phase()))
        return 0

    def begin(self, iteration: int) -> None:
        """Start the tape of an iteration; the caller sets the cursor when it has an entry."""
        self.history.settle(iteration - 1)
        self.player.begin(iteration)
        self.cursor = Cursor(-1)

    def append(self, segment: Segment) -> None:
        """Run a segment that is not recorded yet, and record it."""
        script = self.script
        self.open(segment, script.with_segment(segment))
        self.history.scripts[self.iteration] = script.with_segment(segment)

    def open(self, segment: Segment, script: Script | None = None) -> None:
        """Run a segment (a lazy one: nothing of it yet) and what was set inside it."""
        self.player.open(segment)
        played = self.tape.segments[-1]
        if segment.phase not in LAZY or segment.how == "skip":
            for change in (script or self.script).changes:
                if change.segment == len(self.tape.segments) - 1 and change.done is not None:
                    self.player.change(change.move)
        if played.complete:
            self._passed(script or self.script)

    def _step(self) -> None:
        """The next op of a lazy phase, and what was set after it."""
        self.player.step()
        end = self.tape.end
        if end.done is None:
            self._passed(self.script)
        else:
            self._apply(self.script, end)

    def _passed(self, script: Script) -> None:
        """A segment is complete: keep a keyframe at the boundary, then take what was set there."""
        count = len(self.tape.segments)
        if count == script.boundary() and script.finished(count):
            self.keep()
        self._apply(script, self.tape.end)

    def keep(self) -> None:
        """Keep a keyframe of the live state if one is wanted here."""
        if self.history.wants(self.iteration):
            self.history.keep(self.iteration, keyframe.capture(self.trainer))

    def _apply(self, script: Script, cursor: Cursor) -> None:
        for move in script.changes_at(cursor.segment, cursor.done):
            self.player.change(move)

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
            self._end_of(self.iteration - 1)
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
            self._end_of(self.iteration - 1)

    def _put(self, segment: int, done: int) -> None:
        """The cursor after ``done`` ops of a segment; none done: after the segment before."""
        if done > 0:
            self.cursor = Cursor(segment, done)
        elif segment > 0:
            self.cursor = Cursor(segment - 1)
        elif self.iteration > 0:
            self._end_of(self.iteration - 1)

    def _end_of(self, iteration: int) -> None:
        """The end of all that was asked of a past iteration."""
        self.rebuild(iteration, Cursor(len(self.history.script(iteration).segments) - 1))

    def boundary(self, iteration: int) -> None:
        """The state in which a recorded iteration had just finished."""
        self.rebuild(iteration, Cursor(self.history.script(iteration).boundary() - 1))

    def rebuild(self, iteration: int, cursor: Cursor, careful: bool = False) -> None:
        """Re-execute recorded history up to a cursor, from the nearest keyframe.

        ``careful``: run no op after the cursor's, not even of the same phase.
        """
        start = self.start_for(iteration)
        self.resume_at(start, extras=start < iteration)
        self.replay_to(iteration)
        self._play_to(cursor, careful)
        self.cursor = cursor

    def resume_at(self, start: int, extras: bool = True) -> None:
        """Restore the keyframe of ``start``; then what was set there, and maybe what was done."""
        keyframe.restore(self.trainer, self.history.blob(start))
        self.player.forget()
        script = self.history.script(start)
        boundary = script.boundary()
        self.player.begin(start)
        if start:
            self.player.pad(script.segments[:boundary])
        self._apply(script, Cursor(boundary - 1))
        for segment in script.segments[boundary:] if extras else ():
            self.open(segment)
            self._complete()

    def replay_to(self, iteration: int) -> None:
        """From the end of the present iteration to the start of a later one, as recorded."""
        while self.iteration < iteration - 1:
            self.replay(record=self.iteration == iteration - 2)
        if self.iteration < iteration:
            self.begin(iteration)

    def replay(self, record: bool) -> None:
        """Run the whole next iteration as recorded; a tape only if something special was asked."""
        following = self.iteration + 1
        if record or following in self.history.scripts:
            self.begin(following)
            for segment in self.script.segments:
                self.open(segment)
                self._complete()
        else:
            self.plain()

    def plain(self) -> None:
        """The whole next iteration as anybody would run it: nobody looks, there is no tape."""
        self.history.settle(self.iteration)
        with refusing(self.trainer):
            self.trainer.plain_iteration()
            self.trainer.note_loss()
        self.player.skip_to(self.iteration + 1)
        self.cursor = Cursor(len(TURN) - 1)
        self.history.reached(self.iteration, self.cursor)
        self.keep()

    def _complete(self) -> None:
        """Run what is left of the tape's last segment."""
        last = len(self.tape.segments) - 1
        if self.tape.segments[last].complete:
            return
        if any(change.segment == last for change in self.script.changes):
            while not self.tape.segments[last].complete:
                self._step()
        else:
            self.player.complete()
            self._passed(self.script)

    def _play_to(self, cursor: Cursor, careful: bool) -> None:
        """Run the present iteration's segments up to the cursor."""
        segments = self.script.segments
        first = len(self.tape.segments)
        for number in range(first, cursor.segment + 1):
            last = number == cursor.segment
            segment = segments[number] if number < len(segments) else None
            if segment is None:
                segment = Segment(self.script.next_phase())
                self.history.scripts[self.iteration] = self.script.with_segment(segment)
            done = cursor.done if last else None
            if careful and done is not None and segment.phase not in LAZY:
                self.player.open(segment, stop_after=done)
                continue
            self.open(segment)
            while (
                not self.tape.segments[-1].complete and len(self.tape.segments[-1].entries) != done
            ):
                self._step()

    def start_for(self, iteration: int) -> int:
        """The iteration whose keyframe a rebuild of ``iteration`` starts from.

        One iteration earlier than it need be, so that the last update is known; and earlier
        still where something leans on an output or a loss from before the keyframe.
        """
        first = max(iteration - 2, 0)
        start = self.history.nearest(first)
        while start and self._leans_back(start, iteration):
            start = self.history.nearest(start - 1)
        return start

    def _leans_back(self, start: int, iteration: int) -> bool:
        """Whether an output or a loss of iteration ``start`` may be read up to ``iteration``."""
        script = self.history.script(start)
        if len(script.segments) > script.boundary():
            return True
        missing = {"forward", "loss"}
        for between in range(start + 1, iteration):
            for segment in self.history.script(between).segments:
                if segment.how == "skip":
                    continue
                if segment.phase == "loss" and "forward" in missing:
                    return True
                if segment.phase == "backward" and missing:
                    return True
                missing.discard(segment.phase)
                if not missing:
                    return False
        return True

    # The present

    def make_live(self) -> None:
        """Have live torch exactly at the cursor, so that something new can happen here."""
        tape, cursor = self.tape, self.cursor
        segment = tape.segments[cursor.segment]
        applied = self.script.cut(tape.end.segment, tape.end.done).changes
        if (
            len(tape.segments) - 1 > cursor.segment
            or (segment.segment.phase in LAZY and tape.end != cursor)
            or self.script.cut(cursor.segment, cursor.done).changes != applied
        ):
            self.rebuild(self.iteration, cursor)

    def diverge(self) -> None:
        """Drop what is recorded after the cursor, and have live torch there."""
        script = self.script.cut(self.cursor.segment, self.cursor.done)
        live = self.script == script
        self.history.cut(self.iteration, self.cursor, script)
        if live:
            self.make_live()
        else:
            self.rebuild(self.iteration, self.cursor)

    def set(self, move: Set) -> None:
        """Take a changed option from here on; drops what is recorded after the cursor."""
        self.diverge()
        self.player.change(move)
        change = Change(self.cursor.segment, self.cursor.done, move)
        self.history.scripts[self.iteration] = self.script.with_change(change)

    def set_device(self, move: Set) -> None:
        """Go over to another device: the iteration under way is run again there."""
        self.diverge()
        iteration, cursor, script = self.iteration, self.cursor, self.script
        if self.finished or not iteration:
            self.set(move)
            return
        self._end_of(iteration - 1)
        self.set(move)
        self.history.scripts[iteration] = script
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
        self.make_live()
        before = self.cursor
        script = self.script.cut(before.segment, before.done).with_segment(segment)
        self.history.scripts[self.iteration] = script
        self.open(segment, script)
        self._complete()
        self.cursor = Cursor(len(self.tape.segments) - 1)
        self.history.cut(self.iteration, before, script)
