"""Runs over many iterations: without a tape where it can, and to the op where a run stops."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from lenet_tui.curves.engine.norms import LiveNorms
from lenet_tui.history.engine.evaluator import Evaluator
from lenet_tui.history.engine.finite_looks import FiniteLooks
from lenet_tui.history.engine.frame_pace import FramePace
from lenet_tui.history.engine.history import point
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.history.engine.recompute import with_tensors
from lenet_tui.history.engine.run_losses import RunLosses
from lenet_tui.protocol.condition import Watch
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import FrameUpdate, Subscription
from lenet_tui.protocol.moves import Continue
from lenet_tui.protocol.session_api import Hooks
from lenet_tui.tape.engine.frame_builder import right_of
from lenet_tui.tape.engine.glance import Glance
from lenet_tui.tape.engine.tape import Cursor
from lenet_tui.text.notice import Notice, notice
from lenet_tui.watch.engine import evaluate
from lenet_tui.watch.engine.evaluate import Truth
from lenet_tui.watch.engine.finiteness import NONFINITE, finite_at, finite_loss

TAPED = 3
"""The last iterations of a run are taped: one to be shown, one for its "last update", and one so
that the state from which a step back runs is at hand. Where nobody looks into a run, the last one
alone: what is said of where it ends is the tape's."""

RUN_ON = Continue(2**62)
"""A ``continue`` without a limit, as ``RunFree`` asks for."""

Hit = tuple[Cursor, Notice]
"""Where a watchpoint became true, and the notice of it."""


class RunLoop:
    """Runs a navigator. ``truth``: which watchpoints hold at the cursor."""

    def __init__(
        self,
        navigator: Navigator,
        watches: dict[int, Watch],
        hooks: Hooks,
        frame: Callable[[], Frame],
        evaluator: Evaluator,
    ) -> None:
        self.navigator = navigator
        self._evaluator = evaluator
        self.watches = watches
        self.truth: Truth = {}
        self._truth_of = point(0, Cursor(0))
        self._hooks = hooks
        self._frame = frame
        self._pace = FramePace()
        self._look = Subscription()
        self.losses = RunLosses(navigator)

    def look(self, subscription: Subscription) -> None:
        """Have the frames of runs bring what is asked for."""
        self._look = subscription

    @property
    def _frames_taped(self) -> bool:
        """Whether an iteration is recorded for each frame of a run: somebody looks into it.

        What only the norms are wanted of is measured live, where the steps are not one's own.
        """
        look = self._look
        return look.tape or bool(self.watches) or (look.norms and self.navigator.own_step)

    def run(self, count: int) -> Notice | None:
        """Run ``count`` times to the end of an iteration; watchpoints do not stop it."""
        return self._forward(count, stopping=False)

    def resume(self, limit: int | None) -> Notice | None:
        """Run to where a watchpoint becomes true, ``limit`` iterations at most."""
        stopped = self._forward(limit, stopping=True)
        self._truth_of = point(self.navigator.iteration, self.navigator.cursor)
        return stopped

    def watched(self, step: Callable[[], Notice | None]) -> Notice | None:
        """Make a step of a run; it ends where a watchpoint becomes true, and returns which."""
        navigator = self.navigator
        self.truth = self._truth(self.watches)
        iteration, before = navigator.iteration, navigator.cursor
        stopped = step()
        after = before if navigator.iteration == iteration else None
        if hit := self._scan(self.watches, after, navigator.cursor):
            navigator.cursor, stopped = hit
        self._truth_of = point(navigator.iteration, navigator.cursor)
        return stopped

    def goto(self, iteration: int) -> Notice | None:
        """Go to where ``iteration`` had just finished, training on if it never did."""
        navigator, history = self.navigator, self.navigator.history
        plan = history.plan(iteration)
        boundary = Cursor(plan.boundary() - 1)
        recorded = plan.finished() and point(iteration, boundary) <= history.end
        on_tape = iteration == navigator.iteration and plan.finished()
        segments = navigator.tape.segments
        if on_tape and len(segments) > boundary.segment and segments[boundary.segment].complete:
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
        fast = all(evaluate.fast(w, navigator.trainer) for w in watches.values())
        fast = fast and not (watches and navigator.own_step)  # it may hold amid a step alone
        self.truth = self._truth(watches) if stopping else {}
        passed, taped = 0, TAPED if self._frames_taped else 1
        while limit is None or passed < limit:
            paused = self._hooks.stop_wanted()
            if paused and self._is_taped:
                return notice("history:paused")
            self._hooks.between_iterations()
            framed = self._framed()
            began = time.perf_counter()
            left = limit - passed if limit is not None else taped + 1
            if fast and left > taped and self._plain_next() and not paused:
                if framed and self._frames_taped:  # what stops a run is the same as without
                    self._taped({}, False)
                    hit = self._find_turn(watches) if stopping else None
                else:
                    most = left - taped if limit is not None else None
                    norms = self._live_norms() if framed else None
                    count, hit = self._plainly(1 if framed else most, watches, stopping)
                    self._pace.passed(count, time.perf_counter() - began)
                    passed += count
                    if not hit:
                        if framed:
                            self._send_untaped(began, norms)
                        continue
            else:
                hit = self._taped(watches, stopping)
            if hit:
                navigator.cursor, found = hit
                self.losses.note_here(navigator.tape.own_loss(navigator.cursor))
                return found
            if navigator.finished:
                passed += 1
                self.losses.note_here(navigator.trainer.last_loss)
            if paused and passed != limit:
                return notice("history:paused")
            if framed and navigator.finished:
                self._hooks.send(FrameUpdate(self._frame()))
                self._pace.sent(began, time.perf_counter())
        return notice("history:iterations", n=limit) if stopping else None

    def _live_norms(self) -> LiveNorms | None:
        """What measures the next iteration's norms, which is run without a tape."""
        return LiveNorms(self.navigator.trainer.parameters) if self._look.norms else None

    def _send_untaped(self, began: float, norms: LiveNorms | None) -> None:
        """Send a frame of an iteration that was run without a tape: where it is, and its loss.

        ``norms``: what measured it, if more is asked for.
        """
        tape, trainer = self.navigator.tape, self.navigator.trainer
        tape.glance = Glance(trainer.last_loss)
        if norms and trainer.output is not None:
            right = right_of(trainer.output, trainer.batch)
            tape.glance = Glance(trainer.last_loss, right, norms.measured())
        self._hooks.send(FrameUpdate(self._frame()))
        tape.glance = None
        self._pace.sent(began, time.perf_counter())

    def _plainly(
        self, most: int | None, watches: dict[int, Watch], stopping: bool
    ) -> tuple[int, Hit | None]:
        """Run whole iterations without a tape, one at least, until something else is wanted.

        Returns how many were passed, and where a watchpoint became true in the one after them.
        """
        navigator, hooks, plans = self.navigator, self._hooks, self.navigator.history.plans
        trainer, pace = navigator.trainer, self._pace
        evaluated = bool(trainer.options.evaluate_every)
        passed, looks = 0, FiniteLooks(navigator)
        while True:
            navigator.plain()
            if evaluated:
                self._evaluator.if_due()
            passed += 1
            self.losses.note(trainer.last_loss, trainer.named_losses.values)
            ends = passed == most or navigator.iteration + 1 in plans or hooks.stop_wanted()
            ends = ends or (pace.due(time.perf_counter()) and hooks.frame_wanted())
            if stopping and (hit := self._find_turn(watches, looks, look=ends or looks.due)):
                self.losses.drop_from(navigator.iteration)
                return passed - 1, hit
            if ends:
                return passed, None
            hooks.between_iterations()

    def _framed(self) -> bool:
        return self._pace.due(time.perf_counter()) and self._hooks.frame_wanted()

    def _plain_next(self) -> bool:
        """Whether a whole iteration without anything special comes next."""
        navigator = self.navigator
        following = navigator.iteration + 1
        at_end = navigator.cursor.segment + 1 >= len(navigator.plan.segments)
        return navigator.finished and at_end and following not in navigator.history.plans

    def _taped(self, watches: dict[int, Watch], stopping: bool) -> Hit | None:
        """Run to the end of the iteration (at a boundary: of the next one), on tape.

        Returns where a watchpoint became true on the way, if one did.
        """
        navigator = self.navigator
        goal = navigator.iteration + navigator.finished
        while True:
            iteration, before = navigator.iteration, navigator.cursor
            navigator.phase()
            if navigator.finished:
                self._evaluator.if_due()
            after = before if navigator.iteration == iteration else None
            hit = self._scan(watches, after, navigator.cursor) if stopping else None
            if hit or (navigator.finished and navigator.iteration == goal):
                return hit

    def _find_turn(
        self, watches: dict[int, Watch], looks: FiniteLooks | None = None, *, look: bool = True
    ) -> Hit | None:
        """Find where a watchpoint turned true in an iteration that was run without a tape.

        ``look``: at all parameters; without, numbers that are not finite are found by a later look.
        """
        navigator = self.navigator
        if not (look or watches) and finite_loss(navigator.trainer):
            return None
        now, turned = self._live_truth(watches, look)
        if turned and not look:
            now, turned = self._live_truth(watches, True)
        if not turned:
            self.truth = now
            if looks and look:
                looks.passed()
            return None
        if looks and NONFINITE in turned:
            looks.go_to_first()
        else:
            navigator.boundary(navigator.iteration)
        hit = self._scan(watches, None, navigator.cursor)
        if hit is None:
            self.truth = now
        return hit

    def _live_truth(self, watches: dict[int, Watch], look: bool) -> tuple[Truth, list[int]]:
        """Which watchpoints hold after an iteration without a tape, and which have turned true."""
        navigator = self.navigator
        now = evaluate.live_truth(
            navigator.trainer,
            navigator.iteration,
            watches,
            self.truth,
            navigator.history.evaluations,
            look=look,
        )
        return now, [n for n in now if now[n] and not self.truth[n]]

    def _scan(self, watches: dict[int, Watch], after: Cursor | None, until: Cursor) -> Hit | None:
        """The first place after a cursor where a watchpoint becomes true."""
        before = dict(self.truth)

        def scan() -> Hit | None:
            self.truth = dict(before)
            return self._scanned(watches, after, until)

        return with_tensors(self.navigator, scan)

    def _scanned(
        self, watches: dict[int, Watch], after: Cursor | None, until: Cursor
    ) -> Hit | None:
        tape, names = self.navigator.tape, self.navigator.trainer.names
        turns = evaluate.turns(tape, after, until, watches, self.truth, names=names)
        for cursor, number, text in turns:
            if number != NONFINITE:
                return cursor, text
            if not self.truth.get(NONFINITE):
                self.truth[NONFINITE] = True
                return cursor, text
        return None

    def _truth(self, watches: dict[int, Watch]) -> Truth:
        """Which watchpoints hold at the cursor.

        One whose quantity is not known here holds if it did when the last run stopped here.
        """
        navigator = self.navigator
        truth: Truth = {NONFINITE: not finite_at(navigator.tape, navigator.cursor)}
        for number, watch in watches.items():
            value = with_tensors(navigator, partial(self._value, watch))
            if value is not None:
                truth[number] = watch.holds(value)
            else:
                same = self._truth_of == point(navigator.iteration, navigator.cursor)
                truth[number] = same and self.truth.get(number, False)
        return truth

    def _value(self, watch: Watch) -> float | None:
        return evaluate.value(self.navigator.tape, self.navigator.cursor, watch)

    @property
    def _is_taped(self) -> bool:
        """Whether there is a tape of the present iteration, to be shown where a run pauses.

        Where there is none, one more iteration is run with a tape: to run this one again, all since
        the last keyframe would have to be run again.
        """
        navigator = self.navigator
        return not navigator.iteration or any(s.entries for s in navigator.tape.segments)
