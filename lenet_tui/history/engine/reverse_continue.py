"""Reverse-continue: the previous point at which a watchpoint became true."""

from __future__ import annotations

import time

from lenet_tui.history.engine.history import Point, point
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.condition import Watch
from lenet_tui.protocol.messages import Busy
from lenet_tui.protocol.position import SEARCHING, Position
from lenet_tui.protocol.session_api import Hooks
from lenet_tui.tape.engine.tape import Cursor
from lenet_tui.text.notice import Notice
from lenet_tui.watch.engine import evaluate
from lenet_tui.watch.engine.evaluate import Truth
from lenet_tui.watch.engine.finiteness import NONFINITE, all_finite, finite_at

Turn = tuple[int, Cursor, Notice]

FIRST = 0.75
"""Seconds until the search first reports how far it is."""
INTERVAL = 1.5
"""Seconds between two such reports: each wakes the screen."""
LONGEST = 2048
"""Iterations of a stretch, at most: while nothing is found, each is twice as long as the last."""


class Search:
    """Runs stretches of history again, from the latest keyframe back to the first.

    The navigator is left wherever the last stretch ended: the caller puts it where it belongs.
    ``stopped``: the user stopped the search.
    """

    def __init__(self, navigator: Navigator, watches: dict[int, Watch], hooks: Hooks) -> None:
        self._navigator = navigator
        self._watches = watches
        self._hooks = hooks
        fast = all(evaluate.fast(w, navigator.trainer) for w in watches.values())
        self._fast = fast and not (watches and navigator.own_step)
        self._finite_after = finite_at(navigator.tape, navigator.cursor)
        self._began = time.monotonic()
        self._report_at = self._began + FIRST
        self._until = 0
        """After this iteration nothing has been found."""
        self.stopped = False

    def last_before(self, iteration: int, cursor: Cursor) -> Turn | None:
        """Where a watchpoint became true last, strictly before a cursor."""
        here = point(iteration, cursor)
        until, reach = iteration, 0
        while until > 0:
            self._until = until
            start = self._navigator.start_for(max(until - reach, 1))
            if not self._nothing_in(start, until):
                found = self._stretch(start, until, here)
                if found or self.stopped or start == 0:
                    return found
                self._finite_after = all_finite(self._navigator.trainer)
            elif start == 0:
                return None
            reach = min(2 * (until - start), LONGEST)
            until = start + 1  # again: what held before its first iteration was not known
        return None

    def _nothing_in(self, start: int, until: int) -> bool:
        """Whether nothing can be found in a stretch, so that it need not be run again.

        A parameter that is not finite stays so; one that is finite after a stretch was so in it.
        """
        plain = not any(start <= n <= until for n in self._navigator.history.plans)
        return not self._watches and self._finite_after and plain

    def _stretch(self, start: int, until: int, here: Point) -> Turn | None:
        """The last turn to true in iterations ``start`` + 1 … ``until``, before ``here``.

        A stretch that was run fast is run again, up to the last iteration that may have one.
        """
        goals = set(range(start + 1, until + 1))
        if self._fast:  # others are known by their end alone
            goals &= {start + 1, until, *self._navigator.history.plans}
        found, suspects = self._pass(start, goals, until, here)
        if suspects and (found is None or found[0] < max(suspects)):
            again, _ = self._pass(start, goals | suspects, max(suspects), here)
            found = again or found
        return None if self.stopped else found

    def _pass(
        self, start: int, goals: set[int], until: int, here: Point
    ) -> tuple[Turn | None, set[int]]:
        """Run a stretch again, with a tape in the iterations ``goals``.

        Returns the last turn to true in those, and the other iterations at whose end a watchpoint
        had turned true.
        """
        navigator = self._navigator
        navigator.resume_at(start)
        truth = self._truth_at(start)
        found: Turn | None = None
        suspects: set[int] = set()
        while navigator.iteration < until and self._goes_on():
            record = navigator.iteration + 1 in goals
            navigator.replay(record)
            if record:
                tape, names = navigator.tape, navigator.trainer.names
                turns = evaluate.turns(tape, None, tape.end, self._watches, truth, names=names)
                for cursor, _, text in turns:
                    if point(navigator.iteration, cursor) < here:
                        found = navigator.iteration, cursor, text
                truth[NONFINITE] = not all_finite(navigator.trainer)
                continue
            before = truth
            truth = evaluate.live_truth(
                navigator.trainer,
                navigator.iteration,
                self._watches,
                before,
                navigator.history.evaluations,
            )
            if any(truth[n] and not before[n] for n in truth):
                suspects.add(navigator.iteration)
        return found, suspects

    def _goes_on(self) -> bool:
        """Whether the search may go on; reports now and then how far it is."""
        now = time.monotonic()
        if now >= self._report_at:
            self._report_at = now + INTERVAL
            at = Position(self._until)
            self._hooks.send(Busy(at, 0, SEARCHING, now - self._began))
        self.stopped = self.stopped or self._hooks.stop_wanted()
        return not self.stopped

    def _truth_at(self, start: int) -> Truth:
        """What is known to hold where a stretch begins; before the first iteration, nothing."""
        trainer, known = self._navigator.trainer, self._navigator.history.evaluations
        before: Truth = dict.fromkeys(self._watches, False if start == 0 else None)
        fast = {n: w for n, w in self._watches.items() if evaluate.fast(w, trainer)}
        return evaluate.live_truth(trainer, start, fast, before, known)
