"""Runs what was asked, records it, and runs recorded history again from a keyframe."""

from __future__ import annotations

import time

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.history import History
from lenet_tui.protocol.iteration_plan import IterationPlan, Segment
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phases import PHASES
from lenet_tui.tape.engine.recorder import RecorderProgress, TapeRecorder
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.training.engine.trainer import KNOWN, Trainer, refused


class Replay:
    """A tape under way, and the history it is part of. Live torch is always at the tape's end."""

    def __init__(self, options: Options, history: History, progress: RecorderProgress) -> None:
        started = time.perf_counter()
        self.trainer = Trainer(options)
        self.history = history
        self.player = TapeRecorder(self.trainer, progress, time.perf_counter() - started)
        self.cursor = Cursor(0)

    @property
    def tape(self) -> Tape:
        return self.player.tape

    @property
    def iteration(self) -> int:
        return self.tape.iteration

    @property
    def script(self) -> IterationPlan:
        """What was asked of the present iteration, as far as recorded."""
        return self.history.script(self.iteration)

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

    def open(self, segment: Segment, script: IterationPlan | None = None) -> None:
        """Run a segment (a lazy one: nothing of it yet) and what was set inside it."""
        self.player.open(segment)
        played = self.tape.segments[-1]
        if not segment.kind.lazy or segment.how == "skip":
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

    def _passed(self, script: IterationPlan) -> None:
        """A segment is complete: keep a keyframe at the boundary, then take what was set there."""
        count = len(self.tape.segments)
        if count == script.boundary() and script.finished(count):
            self.keep()
        self._apply(script, self.tape.end)

    def _apply(self, script: IterationPlan, cursor: Cursor) -> None:
        for move in script.changes_at(cursor.segment, cursor.done):
            self.player.change(move)

    def keep(self) -> None:
        """Keep a keyframe of the live state if one is wanted here."""
        if self.history.wants(self.iteration):
            self.history.keep(self.iteration, keyframe.capture(self.trainer))

    def plain(self) -> None:
        """The whole next iteration as anybody would run it: nobody looks, there is no tape."""
        self.history.settle(self.iteration)
        try:  # ``refusing`` takes 1 % of an iteration
            self.trainer.plain_iteration()
            self.trainer.note_loss()
        except KNOWN:
            raise
        except Exception as error:
            raise refused(self.trainer, error) from error
        self.player.skip_to(self.iteration + 1)
        self.cursor = self.tape.end
        self.history.reached(self.iteration, self.cursor)
        self.keep()

    def boundary(self, iteration: int) -> None:
        """The state in which a recorded iteration had just finished."""
        self.rebuild(iteration, Cursor(self.history.script(iteration).boundary() - 1))

    def end_of(self, iteration: int) -> None:
        """The end of all that was asked of a past iteration."""
        self.rebuild(iteration, Cursor(len(self.history.script(iteration).segments) - 1))

    def rebuild(self, iteration: int, cursor: Cursor, careful: bool = False) -> None:
        """Re-execute recorded history up to a cursor, from the nearest keyframe.

        ``careful``: run no op after the cursor's, not even of the same phase.
        """
        start = self.start_for(iteration)
        self.resume_at(start, extras=start < iteration)
        self.replay_to(iteration)
        self._play_to(cursor, careful)
        self.cursor = cursor

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
        missing = {phase.makes for phase in PHASES.values() if phase.makes}
        for between in range(start + 1, iteration):
            for segment in self.history.script(between).segments:
                if segment.how == "skip":
                    continue
                if not missing.isdisjoint(segment.kind.needs):
                    return True
                missing.discard(segment.kind.makes)
                if not missing:
                    return False
        return True

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
            if careful and done is not None and not segment.kind.lazy:
                self.player.open(segment, stop_after=done)
                continue
            self.open(segment)
            while (
                not self.tape.segments[-1].complete and len(self.tape.segments[-1].entries) != done
            ):
                self._step()
