"""Runs over many iterations: flat out where nobody looks, to the op where something happens."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from lenet_tui.history.engine.history import point
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.condition import Watch
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import FrameUpdate
from lenet_tui.protocol.session_api import Hooks
from lenet_tui.tape.engine.tape import Cursor
from lenet_tui.text.notice import Notice, notice
from lenet_tui.watch.engine import evaluate as watching
from lenet_tui.watch.engine.evaluate import NONFINITE

TAPED = 2
"""The last iterations of a run are taped: one to look at, one for its "last update"."""

Hit = tuple[Cursor, Notice]
"""Where a watchpoint became true, and what to say of it."""


class RunLoop:
    """Runs a navigator. ``truth``: which watchpoints hold at the cursor."""

    def __init__(
        self,
        navigator: Navigator,
        watches: dict[int, Watch],
        hooks: Hooks,
        frame: Callable[[], Frame],
    ) -> None:
        self.navigator = navigator
        self.watches = watches
        self.truth: dict[int, bool] = {}
        self._truth_of = point(0, Cursor(0))
        self._hooks = hooks
        self._frame = frame
        self._losses: list[float] = []
        self._losses_from = 0

    def take_losses(self) -> tuple[int, npt.NDArray[np.float64]]:
        """The losses since the last call: the first one's iteration, and the numbers."""
        navigator = self.navigator
        taken = np.array(self._losses)
        first = self._losses_from
        if not self._losses:
            first = navigator.iteration
            here = navigator.tape.own_loss(navigator.cursor)
            taken = np.array([] if here is None else [here])
        self._losses = []
        return first, taken

    def run(self, count: int) -> Notice | None:
        """``count`` times to the end of an iteration; watchpoints do not stop it."""
        return self._forward(count, stopping=False)

    def resume(self, limit: int | None) -> Notice | None:
        """On to where a watchpoint becomes true, ``limit`` iterations at most."""
        stopped = self._forward(limit, stopping=True)
        self._truth_of = point(self.navigator.iteration, self.navigator.cursor)
        return stopped

    def goto(self, iteration: int) -> Notice | None:
        """To where ``iteration`` had just finished, training on if it never did."""
        navigator, history = self.navigator, self.navigator.history
        script = history.script(iteration)
        boundary = Cursor(script.boundary() - 1)
        recorded = script.finished() and point(iteration, boundary) <= history.end
        on_tape = iteration == navigator.iteration and script.finished()
        if on_tape and len(navigator.tape.segments) > boundary.segment:
            navigator.cursor = boundary
            return None
        if recorded and not self._near(iteration):
            navigator.boundary(iteration)
            return None
        last = history.end[0] - 1
        if not recorded and last > navigator.iteration and not self._near(last):
            navigator.boundary(last)
        finished = navigator.iteration if navigator.finished else navigator.iteration - 1
        return self._forward(iteration - finished, stopping=False)

    def _near(self, iteration: int) -> bool:
        """Whether running on from here is no longer than from a keyframe."""
        here = self.navigator.iteration
        nearest = self.navigator.history.nearest(max(iteration - TAPED, 0))
        return here < iteration and nearest <= here

    def _forward(self, limit: int | None, stopping: bool) -> Notice | None:
        navigator = self.navigator
        watches = self.watches if stopping else {}
        fast = all(watching.fast(w, navigator.trainer) for w in watches.values())
        self.truth = self._truth(watches) if stopping else {}
        passed = 0
        while limit is None or passed < limit:
            if self._hooks.stop_wanted():
                return self._pause()
            framed = self._hooks.frame_wanted()
            left = limit - passed if limit is not None else TAPED + 1
            if fast and left > TAPED and self._plain_next():
                if framed:  # on tape, to be looked at; what stops a run is the same as without
                    self._taped({}, False)
                else:
                    navigator.plain()
                hit = self._look_into(watches) if stopping else None
            else:
                hit = self._taped(watches, stopping)
            if hit:
                navigator.cursor, found = hit
                self._note_loss(navigator.tape.own_loss(navigator.cursor))
                return found
            if navigator.finished:
                passed += 1
                self._note_loss(navigator.trainer.last_loss)
            if framed and navigator.finished:
                self._hooks.send(FrameUpdate(self._frame()))
        return notice("history:iterations", n=limit) if stopping else None

    def _plain_next(self) -> bool:
        """Whether a whole iteration without anything special comes next."""
        navigator = self.navigator
        following = navigator.iteration + 1
        at_end = navigator.cursor.segment + 1 >= len(navigator.script.segments)
        return navigator.finished and at_end and following not in navigator.history.scripts

    def _taped(self, watches: dict[int, Watch], stopping: bool) -> Hit | None:
        """To the end of the iteration (at a boundary: of the next one), on tape.

        Where a watchpoint became true on the way, if one did.
        """
        navigator = self.navigator
        goal = navigator.iteration + navigator.finished
        while True:
            iteration, before = navigator.iteration, navigator.cursor
            navigator.phase()
            after = before if navigator.iteration == iteration else None
            hit = self._scan(watches, after, navigator.cursor) if stopping else None
            if hit or (navigator.finished and navigator.iteration == goal):
                return hit

    def _look_into(self, watches: dict[int, Watch]) -> Hit | None:
        """After an iteration with no tape: if a watchpoint turned, run it again to see where."""
        navigator = self.navigator
        trainer = navigator.trainer
        now: dict[int, bool] = {NONFINITE: not watching.all_finite(trainer)}
        for number, watch in watches.items():
            value = watching.live_value(trainer, navigator.iteration, watch)
            now[number] = self.truth[number] if value is None else watch.holds(value)
        if not any(now[n] and not self.truth[n] for n in now):
            self.truth = now
            return None
        navigator.boundary(navigator.iteration)
        hit = self._scan(watches, None, navigator.cursor)
        if hit is None:
            self.truth = now
        return hit

    def _scan(self, watches: dict[int, Watch], after: Cursor | None, until: Cursor) -> Hit | None:
        """The first place after a cursor where a watchpoint becomes true."""
        navigator = self.navigator
        tape = navigator.tape
        bad = watching.culprit(tape, after, until, navigator.trainer.names)
        first = after is None or tape.index(after) == 0
        for cursor, entry, phase in watching.cursors(tape, after, until):
            turned: Notice | None = None
            for number, watch in watches.items():
                if watching.touches(entry, phase, watch, first):
                    value = watching.value(tape, cursor, watch)
                    if value is None:
                        continue
                    holds = watch.holds(value)
                    if holds and not self.truth[number]:
                        turned = turned or watching.turned_true(number, watch, value)
                    self.truth[number] = holds
            first = False
            if bad and bad[0] == cursor and not self.truth.get(NONFINITE):
                self.truth[NONFINITE] = True
                return cursor, bad[1]
            if turned:
                return cursor, turned
        return None

    def _truth(self, watches: dict[int, Watch]) -> dict[int, bool]:
        """Which watchpoints hold at the cursor.

        One of a quantity not known here does if it did when the last run stopped at this place.
        """
        navigator = self.navigator
        truth = {NONFINITE: not watching.finite_at(navigator.tape, navigator.cursor)}
        for number, watch in watches.items():
            value = watching.value(navigator.tape, navigator.cursor, watch)
            if value is not None:
                truth[number] = watch.holds(value)
            else:
                same = self._truth_of == point(navigator.iteration, navigator.cursor)
                truth[number] = same and self.truth.get(number, False)
        return truth

    def _pause(self) -> Notice:
        """Stop where we are, with a tape to look at."""
        navigator = self.navigator
        if navigator.iteration and not any(s.entries for s in navigator.tape.segments):
            navigator.boundary(navigator.iteration)
        return notice("history:paused")

    def _note_loss(self, loss: float | None) -> None:
        """Add the present iteration's loss, if it is known yet."""
        navigator = self.navigator
        if self._losses_from + len(self._losses) != navigator.iteration:
            self._losses, self._losses_from = [], navigator.iteration
        if loss is not None or navigator.finished:
            self._losses.append(float("nan") if loss is None else loss)
