"""What the app's process keeps of a session, from which another engine carries on."""

from __future__ import annotations

import math

import pytest

from lenet_tui.protocol.messages import (
    Busy,
    DoMove,
    EvictedKeyframes,
    Keyframe,
    Recorded,
    Snapshot,
    Start,
)
from lenet_tui.protocol.moves import Forward
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import Position
from lenet_tui.sessions.recovery_state import RecoveryState


def recorded(iteration: int, segment: int = 4) -> Recorded:
    return Recorded(
        Snapshot(Position(iteration, "update"), segment, (iteration, segment, math.inf))
    )


def carried_on(keeper: RecoveryState) -> Snapshot:
    start = keeper.carry_on()[0]
    assert isinstance(start, Start)
    assert start.snapshot
    return start.snapshot


def test_the_keeper_gives_keyframes_as_they_were_at_the_snapshot() -> None:
    keeper = RecoveryState()
    keeper.sent(Start(Options()))
    for report in (Keyframe(0, b"zero"), Keyframe(32, b"old"), recorded(40)):
        assert keeper.received(report) is None
    keeper.received(EvictedKeyframes((32,)))
    keeper.received(Keyframe(32, b"new"))  # of another future, not yet recorded
    assert keeper.keyframe(32) == b"new"
    carried_on(keeper)
    assert keeper.keyframe(32) == b"old"
    keeper.sent(Start(Options(seed=1)))
    assert keeper.keyframe(0) == b""


def test_a_session_that_has_only_begun_is_begun_again_when_it_is_taken_up() -> None:
    keeper = RecoveryState()
    keeper.sent(Start(Options(seed=4)))
    keeper.received(Recorded(Snapshot(Position(), 0, (0, 0, math.inf))))
    assert keeper.carry_on() == [Start(Options(seed=4))]
    keeper.received(recorded(1))
    (start,) = keeper.carry_on()
    assert isinstance(start, Start) and start.snapshot


@pytest.mark.parametrize(
    ("seen", "position", "segment"),
    [
        (Busy(Position(8, "backward", 5, 28), 3, "op", 1.0), Position(8, "backward", 5, 28), 3),
        (Busy(Position(8, "backward", None, 23), 3, "op", 1.0), Position(8, "backward"), 2),
        (Busy(Position(8, "forward", None), 0, "op", 1.0), Position(7, "update"), 4),
        (Busy(Position(3, "forward", 2), 0, "op", 1.0), Position(7, "update"), 4),
        (Busy(Position(9, "loss", 1), 1, "", 1.0, silent=True), Position(7, "update"), 4),
    ],
)
def test_a_new_engine_is_put_where_the_last_one_was_seen(
    seen: Busy, position: Position, segment: int
) -> None:
    keeper = RecoveryState()
    keeper.sent(Start(Options()))
    keeper.received(recorded(7))
    keeper.sent(DoMove(1, Forward("phase")))
    assert keeper.received(seen) is seen
    snapshot = carried_on(keeper)
    assert (snapshot.position.iteration, snapshot.position.op) == (position.iteration, position.op)
    assert snapshot.segment == segment
    assert snapshot.end >= (position.iteration, segment, position.op or math.inf)
