"""The moves that make a session's history again in a new session, and lead to where it was."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lenet_tui.protocol.condition import parse_watch
from lenet_tui.protocol.iteration_plan import IterationPlan
from lenet_tui.protocol.messages import Snapshot
from lenet_tui.protocol.moves import (
    AddWatch,
    Back,
    Do,
    Forward,
    Goto,
    Move,
    Skip,
    Unwatch,
    parse_move,
)

OP, PHASE = Forward("op"), Forward("phase")
ALL = math.inf
"""Ops done of a phase that is over."""
UNUSED = parse_watch("loss < 0")
"""Takes the number of a watchpoint that is gone, so that the next ones get theirs."""


def retrace(snapshot: Snapshot, at_boundary: bool) -> list[Move]:
    """The moves from ``init`` to the snapshot's end, back to its position, and its watchpoints.

    ``at_boundary``: an iteration has just finished at the position.
    """
    return [*_history(snapshot), *_back(snapshot, at_boundary), *_watches(snapshot)]


def _history(snapshot: Snapshot) -> Iterator[Move]:
    """The iterations up to the end; those in which something special was asked, move by move."""
    plans = dict(snapshot.plans)
    last, end, done = snapshot.end
    here = 0
    for number in sorted({*(n for n in plans if n < last), last}):
        if number - 1 > here:
            yield Goto(number - 1)
        here = number
        plan = plans.get(number)
        if plan is None:
            yield from _steps(end, done) if number else ()
        else:
            yield from _made(plan, *((end, done) if number == last else (None, ALL)))


def _made(plan: IterationPlan, end: int | None, done: float) -> Iterator[Move]:
    """The moves of an iteration up to its end, or to ``done`` ops of segment number ``end``."""
    last = len(plan.segments) - 1 if end is None else end
    yield from (change.move for change in plan.changes if change.segment < 0)
    for number, segment in enumerate(plan.segments[: last + 1]):
        upto = done if number == last else ALL
        changes = [c for c in plan.changes if c.segment == number]
        inside = [c for c in changes if c.done is not None]
        if segment.how == "skip":
            yield Skip(segment.phase)
        elif segment.edit:
            yield parse_move(segment.edit)
        elif segment.how == "do":
            yield Do(segment.phase, segment.vector)
        if segment.how == "do" and (inside or upto < ALL):
            yield Back("phase")
        here = 0
        for change in inside:
            yield from [OP] * ((change.done or 0) - here)
            yield change.move
            here = change.done or 0
        if upto < ALL:
            yield from [OP] * (int(upto) - here)
        elif segment.how == "turn" or inside:
            yield PHASE
        yield from (c.move for c in changes if c.done is None and upto == ALL)


def _steps(segment: int, done: float) -> Iterator[Move]:
    """The moves over recorded phases to ``done`` ops of segment number ``segment``."""
    yield from [PHASE] * segment
    yield from [PHASE] if done == ALL else [OP] * int(done)


def _back(snapshot: Snapshot, at_boundary: bool) -> Iterator[Move]:
    """The moves from the end of what is recorded to the position."""
    iteration, op = snapshot.position.iteration, snapshot.position.op
    done = ALL if op is None else op
    if (iteration, snapshot.segment, done) == snapshot.end:
        return
    plan = dict(snapshot.plans).get(iteration)
    if at_boundary and (plan is None or plan.boundary() == snapshot.segment + 1):
        yield Goto(iteration)
    elif iteration == 0:
        yield Goto(0)
        yield from _steps(snapshot.segment - 1, done)
    else:
        yield Goto(iteration - 1)
        before = dict(snapshot.plans).get(iteration - 1)
        if before is not None:  # over what was done after its turn
            yield from [PHASE] * (len(before.segments) - before.boundary())
        yield from _steps(snapshot.segment, done)


def _watches(snapshot: Snapshot) -> Iterator[Move]:
    """The moves that set the watchpoints, each under its number."""
    watches = dict(snapshot.watches)
    for number in range(1, max(watches, default=0) + 1):
        if number in watches:
            yield AddWatch(parse_watch(watches[number]))
        else:
            yield AddWatch(UNUSED)
            yield Unwatch(number)
