"""What was asked of one iteration: enough, with a keyframe, to run it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from lenet_tui.protocol.moves import Set, Vector
from lenet_tui.protocol.position import TURN, Count, Phase


@dataclass(frozen=True, slots=True)
class Segment:
    """One phase of an iteration as it was run.

    ``how``: ``init``, ``turn`` (in turn), ``skip`` (passed without effect), ``do`` (out of turn).
    """

    phase: Phase
    how: Annotated[str, ("init", "turn", "skip", "do")] = "turn"
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """An option set after ``done`` ops of segment number ``segment`` (-1: before the first)."""

    segment: Annotated[int, range(-1, 10**6)]
    done: Count | None
    move: Set


@dataclass(frozen=True, slots=True)
class Script:
    """The segments of one iteration and the options set during it, in order.

    ``done`` of a ``Change`` is ``None`` where the whole segment was passed.
    """

    segments: tuple[Segment, ...] = ()
    changes: tuple[Change, ...] = ()

    def in_turn(self, count: int | None = None) -> int:
        """How many of the five phases the first ``count`` segments have passed in turn."""
        return sum(s.how in ("turn", "skip") for s in self.segments[:count])

    def next_phase(self, count: int | None = None) -> str:
        """The phase next in turn after the first ``count`` segments."""
        return TURN[self.in_turn(count) % len(TURN)]

    def finished(self, count: int | None = None) -> bool:
        """Whether the first ``count`` segments hold the whole turn."""
        begun = self.segments[:count]
        return self.in_turn(count) >= len(TURN) or begun[:1] == INIT.segments

    def boundary(self) -> int:
        """How many segments make the whole turn: the first boundary; extras stand after it."""
        for count in range(len(self.segments) + 1):
            if self.finished(count):
                return count
        return len(self.segments)

    def cut(self, segment: int, done: int | None) -> Script:
        """The script as far as ``done`` ops (``None``: all) of segment number ``segment``."""
        return Script(
            self.segments[: segment + 1],
            tuple(c for c in self.changes if _not_after(c, segment, done)),
        )

    def with_segment(self, segment: Segment) -> Script:
        return replace(self, segments=(*self.segments, segment))

    def with_change(self, change: Change) -> Script:
        return replace(self, changes=(*self.changes, change))

    def changes_at(self, segment: int, done: int | None) -> Iterable[Set]:
        """The options set just there, in order."""
        return (c.move for c in self.changes if (c.segment, c.done) == (segment, done))

    @property
    def plain(self) -> bool:
        """Nothing but the five phases in turn, so that it need not be remembered."""
        return not self.changes and self.segments == REGULAR.segments


def _not_after(change: Change, segment: int, done: int | None) -> bool:
    if change.segment != segment:
        return change.segment < segment
    return done is None or (change.done is not None and change.done <= done)


INIT = Script((Segment("init", "init"),))
"""The script of iteration 0."""

REGULAR = Script(tuple(Segment(phase) for phase in TURN))
"""The script of an iteration in which nothing special was asked."""
