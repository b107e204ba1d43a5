"""Reverse-continue: the previous point at which a watchpoint became true."""

from __future__ import annotations

from collections.abc import Callable

from lenet_tui.core.watch import Watch
from lenet_tui.engine import watching
from lenet_tui.engine.history import Point, point
from lenet_tui.engine.navigator import Navigator
from lenet_tui.engine.tape import Cursor
from lenet_tui.engine.watching import NONFINITE

Truth = dict[int, bool | None]
Found = tuple[int, Cursor, str]


class Search:
    """Runs stretches of history again, from the latest keyframe back to the first.

    The navigator is left wherever the last stretch ended: the caller puts it where it belongs.
    """

    def __init__(
        self, navigator: Navigator, watches: dict[int, Watch], stop_wanted: Callable[[], bool]
    ) -> None:
        self._navigator = navigator
        self._watches = watches
        self._stop_wanted = stop_wanted

    def last_before(self, iteration: int, cursor: Cursor) -> Found | None:
        """Where a watchpoint became true last, strictly before a cursor."""
        here = point(iteration, cursor)
        until = iteration
        while until > 0 and not self._stop_wanted():
            start = self._navigator.start_for(until)
            found = self._stretch(start, until, here)
            if found or start == 0:
                return found
            until = start + 1  # once more: what held before its first iteration was not known
        return None

    def _stretch(self, start: int, until: int, here: Point) -> Found | None:
        """The last turn to true in iterations ``start`` + 1 … ``until``, before ``here``."""
        navigator = self._navigator
        navigator.resume_at(start)
        truth = self._truth_at(start)
        found: Found | None = None
        while navigator.iteration < until:
            navigator.replay(record=True)
            for place, told in self._turns(truth):
                if point(navigator.iteration, place) < here:
                    found = navigator.iteration, place, told
        return found

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

    def _turns(self, truth: Truth) -> list[tuple[Cursor, str]]:
        """Each turn to true in the present iteration, in order; ``truth`` is moved on."""
        navigator = self._navigator
        tape = navigator.tape
        turns: list[tuple[Cursor, str]] = []
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
                        turns.append((place, f"watch {number}: {watch} ({value:.6g})"))
                    truth[number] = watch.holds(value)
            first = False
        return turns
