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
from lenet_tui.watch.engine import evaluate as watching
from lenet_tui.watch.engine.evaluate import NONFINITE

Truth = dict[int, bool | None]
Found = tuple[int, Cursor, Notice]

FIRST = 0.75
"""Seconds until it is said how far the search is."""
INTERVAL = 1.5
"""Seconds between two words of it: each wakes the screen."""
LONGEST = 2048
"""Iterations of a stretch, at most: where nothing is found, each is twice the last."""


class Search:
    """Runs stretches of history again, from the latest keyframe back to the first.

    The navigator is left wherever the last stretch ended: the caller puts it where it belongs.
    ``stopped``: the person did not wait for the end.
    """

    def __init__(self, navigator: Navigator, watches: dict[int, Watch], hooks: Hooks) -> None:
        self._navigator = navigator
        self._watches = watches
        self._hooks = hooks
        self._fast = all(watching.fast(w, navigator.trainer) for w in watches.values())
        self._finite_after = watching.finite_at(navigator.tape, navigator.cursor)
        self._began = time.monotonic()
        self._says = self._began + FIRST
        self._until = 0
        """After this iteration nothing has been found."""
        self.stopped = False

    def last_before(self, iteration: int, cursor: Cursor) -> Found | None:
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
                self._finite_after = watching.all_finite(self._navigator.trainer)
            elif start == 0:
                return None
            reach = min(2 * (until - start), LONGEST)
            until = start + 1  # once more: what held before its first iteration was not known
        return None

    def _nothing_in(self, start: int, until: int) -> bool:
        """Whether nothing can be found in a stretch, so that it need not be run again.

        A parameter that is not finite stays so; what is finite after a stretch was so in it.
        """
        plain = not any(start <= n <= until for n in self._navigator.history.scripts)
        return not self._watches and self._finite_after and plain

    def _stretch(self, start: int, until: int, here: Point) -> Found | None:
        """The last turn to true in iterations ``start`` + 1 … ``until``, before ``here``.

        Run fast, they are gone through once more, up to the last in which there was one.
        """
        goals = set(range(start + 1, until + 1))
        if self._fast:  # those whose end does not tell: what held before, or holds within
            goals &= {start + 1, until, *self._navigator.history.scripts}
        found, suspects = self._pass(start, goals, until, here)
        if suspects and (found is None or found[0] < max(suspects)):
            again, _ = self._pass(start, goals | suspects, max(suspects), here)
            found = again or found
        return None if self.stopped else found

    def _pass(
        self, start: int, goals: set[int], until: int, here: Point
    ) -> tuple[Found | None, set[int]]:
        """Run a stretch again, with a tape in the iterations ``goals``.

        The last turn to true in those, and the others at whose end something had turned true.
        """
        navigator = self._navigator
        navigator.resume_at(start)
        truth = self._truth_at(start)
        found: Found | None = None
        suspects: set[int] = set()
        while navigator.iteration < until and self._goes_on():
            record = navigator.iteration + 1 in goals
            navigator.replay(record)
            if record:
                for place, turned in self._turns(truth):
                    if point(navigator.iteration, place) < here:
                        found = navigator.iteration, place, turned
                truth[NONFINITE] = not watching.all_finite(navigator.trainer)
                continue
            before = dict(truth)
            self._note(truth)
            if any(truth[n] and not before[n] for n in truth):
                suspects.add(navigator.iteration)
        return found, suspects

    def _goes_on(self) -> bool:
        """Whether nobody wants it to stop; says now and then how far it is."""
        now = time.monotonic()
        if now >= self._says:
            self._says = now + INTERVAL
            at = Position(self._until)
            self._hooks.send(Busy(at, 0, SEARCHING, now - self._began))
        self.stopped = self.stopped or self._hooks.stop_wanted()
        return not self.stopped

    def _note(self, truth: Truth) -> None:
        """What holds at the end of an iteration, where that can be read from the live state."""
        navigator = self._navigator
        truth[NONFINITE] = not watching.all_finite(navigator.trainer)
        for number, watch in self._watches.items():
            value = watching.live_value(navigator.trainer, navigator.iteration, watch)
            if value is not None:
                truth[number] = watch.holds(value)

    def _truth_at(self, start: int) -> Truth:
        """What is known to hold where a stretch begins; before the first iteration, nothing."""
        trainer = self._navigator.trainer
        truth: Truth = {NONFINITE: not watching.all_finite(trainer)}
        for number, watch in self._watches.items():
            known = watching.fast(watch, trainer)
            value = watching.live_value(trainer, start, watch) if known else None
            unknown = False if start == 0 else None
            truth[number] = unknown if value is None else watch.holds(value)
        return truth

    def _turns(self, truth: Truth) -> list[tuple[Cursor, Notice]]:
        """Each turn to true in the present iteration, in order; ``truth`` is moved on."""
        navigator = self._navigator
        tape = navigator.tape
        turns: list[tuple[Cursor, Notice]] = []
        bad = watching.culprit(tape, None, tape.end, navigator.trainer.names)
        first = True
        for place, entry, phase in watching.cursors(tape, None, tape.end):
            if bad and bad[0] == place:
                turns.append((place, bad[1]))
            for number, watch in self._watches.items():
                if watching.touches(entry, phase, watch, first):
                    value = watching.value(tape, place, watch)
                    if value is None:
                        continue
                    if watch.holds(value) and truth[number] is False:
                        turns.append((place, watching.turned_true(number, watch, value)))
                    truth[number] = watch.holds(value)
            first = False
        return turns
