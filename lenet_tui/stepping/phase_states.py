"""The six phases as the rail shows them: a pure function of the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lenet_tui.protocol.options import turn_of
from lenet_tui.protocol.phases import INIT, STEP, TURN, left

if TYPE_CHECKING:
    from lenet_tui.protocol.frame import Frame, SegmentState


@dataclass(frozen=True, slots=True)
class Station:
    """One phase on the rail.

    ``state``: ``done``, ``current``, ``next``, ``later``, ``skipped``, ``extra`` (done out of turn)
    or ``missing`` (a usual phase that a step of one's own lacks). ``seconds``: how long it took,
    if it ran in this iteration. ``done`` of ``total`` ops, of the current one.
    """

    phase: str
    state: str
    seconds: float | None = None
    done: int = 0
    total: int = 0


def stations(frame: Frame | None, runs: str = "") -> list[Station]:
    """The phases in turn, with those done out of turn where they were done.

    ``runs``: the phase that torch is in, which the frame does not know of yet.
    """
    if frame is None:
        return [Station(INIT.name, "next"), *(Station(phase, "later") for phase in TURN)]
    turn = turn_of(frame.options)
    last = len(frame.segments) - 1
    passed = () if runs in turn and frame.boundary else frame.segments
    result = [
        _passed(segment, number == last and frame.position.op is not None)
        for number, segment in enumerate(passed)
    ]
    if not any(s.phase == INIT.name for s in result):
        result.insert(0, Station(INIT.name, "done"))
    following = not any(s.state == "current" for s in result)
    ahead = list(left(turn, passed) if frame.upcoming is None else frame.upcoming)
    if frame.upcoming is not None and frame.position.iteration == 0:
        ahead = [STEP.name]
    if following and runs in ahead:
        begun = ahead.index(runs)
        result += [Station(phase, "done") for phase in ahead[:begun]]
        result.append(Station(runs, "current"))
        ahead, following = ahead[begun + 1 :], False
    for phase in ahead:
        result.append(Station(phase, "next" if following else "later"))
        following = False
    failed = frame.failure is not None and frame.failure.iteration == frame.position.iteration
    if frame.upcoming is not None and frame.position.iteration and not failed:
        _add_missing(result)
    return result


def _add_missing(row: list[Station]) -> None:
    """Leave an empty place for each usual phase that a step of one's own does not do.

    It is before the first of those phases that usually follow it.
    """
    for number, phase in reversed(list(enumerate(TURN))):
        if all(s.phase != phase for s in row):
            following = TURN[number + 1 :]
            place = next((n for n, s in enumerate(row) if s.phase in following), len(row))
            row.insert(place, Station(phase, "missing"))


def fitted(row: list[Station], limit: int) -> tuple[list[Station], int]:
    """``row`` with no more than ``limit`` stations done out of turn, the oldest left out.

    Returns also how many were left out.
    """
    extras = [i for i, s in enumerate(row) if s.state == "extra"]
    gone = set(extras[: max(0, len(extras) - limit)])
    return [s for i, s in enumerate(row) if i not in gone], len(gone)


def around(row: list[Station], widths: list[int], room: int) -> tuple[int, int]:
    """Which stations are shown where not all of them have room: from one up to before another.

    They are those about the present one: the last that is begun, or else the last that is done.
    ``widths``: of each in cells, with the gap after it.
    """
    begun = [n for n, s in enumerate(row) if s.state not in ("next", "later")]
    first = last = begun[-1] if begun else 0
    used = widths[first]
    while True:
        before = first > 0 and used + widths[first - 1] <= room
        after = last + 1 < len(row) and used + widths[last + 1] <= room
        if not before and not after:
            return first, last + 1
        if after and (not before or last - begun[-1] <= begun[-1] - first):
            last += 1
            used += widths[last]
        else:
            first -= 1
            used += widths[first]


def _passed(segment: SegmentState, current: bool) -> Station:
    how = {"skip": "skipped", "do": "extra"}
    state = "current" if current else how.get(segment.how, "done")
    return Station(segment.phase, state, segment.seconds, segment.done, segment.total)
