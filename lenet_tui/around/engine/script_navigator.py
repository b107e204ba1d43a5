"""Moves the cursor along what was recorded of a script; past its end the script itself goes on."""

from __future__ import annotations

from collections.abc import Callable

from lenet_tui.around.engine.recording import Recording, ScriptTape
from lenet_tui.around.engine.ring import Ring
from lenet_tui.history.engine.history import History
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.iteration_plan import IterationPlan
from lenet_tui.protocol.phases import STEP
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.tape import UNKNOWN, Cursor, Tape


class ScriptNavigator(Navigator):
    """The cursor over the recorded iterations of a script, of which ``ring`` keeps the last.

    ``onward`` lets the script run to the end of its next iteration, or rejects the move.
    """

    recorder: ScriptTape

    def __init__(
        self, recording: Recording, history: History, ring: Ring, onward: Callable[[], None]
    ) -> None:
        self.history = history
        self.recomputed = 0
        self._ring = ring
        self._onward = onward
        self.take(recording)

    def take(self, recording: Recording) -> None:
        """The script has stopped after another iteration: the cursor is there."""
        self.recorder, self.trainer = recording.writer, recording.trainer
        self._shown = recording.tape
        self.cursor = recording.cursor
        self._ring.add(recording.tape)
        plan = tuple(segment.segment for segment in recording.tape.segments)
        self.history.plans[self.iteration] = IterationPlan(plan, (), (STEP.name,))
        self.history.reached(self.iteration, recording.tape.end)

    @property
    def tape(self) -> Tape:
        return self._shown

    @property
    def live(self) -> bool:
        """Whether the iteration of the cursor is the last that the script has run."""
        return self._shown is self._ring.last

    def show(self, iteration: int, cursor: Cursor) -> None:
        """Go to a place in a recorded iteration; ``MoveRejected`` where it is not kept."""
        self._shown = self._ring.get(iteration)
        self.cursor = cursor if cursor.segment < len(self._shown.segments) else self._shown.end

    def next_segment(self) -> int:
        number = self.cursor.segment + 1
        if number < len(self.tape.segments):
            return number
        if self.live:
            self._onward()
        else:
            self.show(self._ring.after(self.iteration), Cursor(-1))
        self.cursor = Cursor(-1)
        return 0

    def _whole(self) -> None:
        if self.tape.segments[self.cursor.segment].total == UNKNOWN:
            raise MoveRejected("around:raised")

    def back_iteration(self) -> None:
        """Go to the end of the iteration before; where it is not kept, to the first op of this."""
        first = self.tape.segments[0]
        start = Cursor(0, None if first.total == 1 else 1)
        if self.iteration - 1 in self._ring or self.cursor == start:
            super().back_iteration()
        else:
            self.cursor = start

    def end_of(self, iteration: int) -> None:
        self.show(iteration, self._ring.get(iteration).end)

    def boundary(self, iteration: int) -> None:
        self.end_of(iteration)

    def rebuild(self, iteration: int, cursor: Cursor, careful: bool = False) -> None:
        self.show(iteration, cursor)

    def make_live(self) -> None:
        if not self.live or self.cursor != self.tape.end:
            raise MoveRejected("around:not-run")
