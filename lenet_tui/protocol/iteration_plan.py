"""The plan of an iteration: with a keyframe, it is enough to run the iteration again."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, ClassVar

from lenet_tui.protocol import phases
from lenet_tui.protocol.moves import Set, Vector
from lenet_tui.protocol.phases import OPTIONAL, PHASES, TURN, Phase, left, turn
from lenet_tui.protocol.position import Count, PhaseName


@dataclass(frozen=True, slots=True)
class Segment:
    """One phase of an iteration as it was run.

    ``how``: ``init``, ``turn`` (in turn), ``skip`` (passed without effect), ``do`` (out of turn).
    ``edit``: the text of the move, of a number or a picture that was set by hand.
    """

    phase: PhaseName
    how: Annotated[str, ("init", "turn", "skip", "do")] = "turn"
    vector: Vector | None = None
    edit: str = ""
    ADDED: ClassVar[tuple[str, ...]] = ("edit",)

    @property
    def kind(self) -> Phase:
        """The phase as an object."""
        return PHASES[self.phase]


@dataclass(frozen=True, slots=True)
class Change:
    """An option set after ``done`` ops of segment number ``segment`` (-1: before the first)."""

    segment: Annotated[int, range(-1, 10**6)]
    done: Count | None
    move: Set


@dataclass(frozen=True, slots=True)
class IterationPlan:
    """The segments of one iteration and the options set during it, in order.

    ``done`` of a ``Change`` is ``None`` where the whole segment was passed. ``on``: the optional
    phases that were on when the iteration began.
    """

    segments: tuple[Segment, ...] = ()
    changes: tuple[Change, ...] = ()
    on: tuple[str, ...] = ()

    def next_phase(self, count: int | None = None) -> str:
        """The phase next in turn after the first ``count`` segments."""
        ahead = self._left(len(self.segments) if count is None else count)
        return ahead[0] if ahead else TURN[0]

    def finished(self, count: int | None = None) -> bool:
        """Whether the first ``count`` segments hold the whole turn.

        A phase that is turned on where the turn has just ended comes in the next iteration.
        """
        number = len(self.segments) if count is None else count
        begun = self.segments[:number]
        return (
            begun[:1] == INIT.segments
            or not self._left(number)
            or (bool(self.changes) and not self._left(number, before=True))
        )

    def _left(self, count: int, before: bool = False) -> tuple[str, ...]:
        """The phases left in turn after ``count`` segments, with the options set until then.

        ``before``: without those set where the last of the segments ends.
        """
        passed = self.segments[:count]
        if phases.STEP.name in self.on:  # it runs as a whole, whatever phases it turns out to have
            return () if passed and count >= len(self.segments) else (phases.STEP.name,)
        if not self.changes:
            return left(turn(self.on), passed)
        end = (count - 1, None) if before else None
        changes = (c for c in self.changes if c.segment < count and (c.segment, c.done) != end)
        return left(turn(_on(self.on, changes)), passed)

    @property
    def left_on(self) -> tuple[str, ...]:
        """The optional phases that are on when the iteration is over."""
        return _on(self.on, self.changes)

    def boundary(self) -> int:
        """How many segments make up the whole turn; phases run out of turn may follow them."""
        for count in range(len(self.segments) + 1):
            if self.finished(count):
                return count
        return len(self.segments)

    def cut(self, segment: int, done: int | None) -> IterationPlan:
        """The plan as far as ``done`` ops (``None``: all) of segment number ``segment``."""
        end = _place(segment, done)
        changes = tuple(c for c in self.changes if _place(c.segment, c.done) <= end)
        return IterationPlan(self.segments[: segment + 1], changes, self.on)

    def with_segment(self, segment: Segment) -> IterationPlan:
        return replace(self, segments=(*self.segments, segment))

    def with_change(self, change: Change) -> IterationPlan:
        return replace(self, changes=(*self.changes, change))

    def changes_at(self, segment: int, done: int | None) -> Iterable[Set]:
        """The options set at exactly that place, in order."""
        return (c.move for c in self.changes if (c.segment, c.done) == (segment, done))

    @property
    def plain(self) -> bool:
        """Whether it is only the phases in turn, so that it need not be stored."""
        if phases.STEP.name in self.on:
            return not self.changes and self.segments[:1] != INIT.segments
        return self == regular(self.on)


def _place(segment: int, done: int | None) -> tuple[int, float]:
    """A place that can be compared with others; ``None``: after the whole segment."""
    return segment, math.inf if done is None else done


def _on(before: tuple[str, ...], changes: Iterable[Change]) -> tuple[str, ...]:
    """The optional phases that are on after some changes of options."""
    on = dict.fromkeys(before, True)
    switches = {phase.option: phase.name for phase in OPTIONAL}
    for change in changes:
        if change.move.option in switches:
            on[switches[change.move.option]] = bool(change.move.value)
    return tuple(name for name in PHASES if on.get(name))


INIT = IterationPlan((Segment(phases.INIT.name, "init"),))
"""The plan of iteration 0."""


@cache
def regular(on: tuple[str, ...]) -> IterationPlan:
    """The plan of an iteration in which nothing special was asked; ``on``: optional phases."""
    return IterationPlan(tuple(Segment(phase) for phase in turn(on)), (), on)
