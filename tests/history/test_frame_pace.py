"""Frames of a run take a small part of its time, and still come."""

from __future__ import annotations

from lenet_tui.history.engine.frame_pace import LONGEST, SHARE, FramePace


def share_of(plain: float, cost: float, seconds: float) -> tuple[float, int]:
    """What frames take of a run of so many seconds, and how many there are."""
    pace, now, spent, frames = FramePace(), 0.0, 0.0, 0
    while now < seconds:
        if pace.due(now):
            pace.sent(now, now + plain + cost)
            now, spent, frames = now + plain + cost, spent + cost, frames + 1
        else:
            pace.passed(1, plain)
            now += plain
    return spent / now, frames


def test_the_frames_of_a_fast_run_take_their_share_and_no_more() -> None:
    share, frames = share_of(0.001, 0.004, 20)
    assert SHARE * 0.9 < share < SHARE * 1.05
    assert frames > 20 / LONGEST


def test_a_frame_that_costs_nothing_may_come_each_time() -> None:
    assert share_of(0.01, 0.0, 10)[1] > 980


def test_dear_frames_come_a_few_times_a_second_all_the_same() -> None:
    _, frames = share_of(0.001, 0.05, 20)
    assert frames > 20 / (LONGEST + 0.06)


def test_of_long_iterations_each_has_its_frame() -> None:
    assert share_of(0.5, 0.01, 20)[1] > 38
