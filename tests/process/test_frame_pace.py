"""Thirty frames of a run come a second, though each waits for an iteration to end."""

from __future__ import annotations

import pytest

from lenet_tui.process.engine.frame_pace import FRAME_INTERVAL, FramePace


def sent_in(seconds: float, iteration: float) -> list[float]:
    """When frames are sent if iterations take so long and nothing else holds them up."""
    pace, frames = FramePace(), []
    for n in range(1, round(seconds / iteration) + 1):
        now = 100.0 + n * iteration
        if pace.is_due(now):
            pace.sent(now)
            frames.append(now)
    return frames


@pytest.mark.parametrize("iteration", [0.0001, 0.002, 0.007, 0.02])
def test_iterations_that_end_late_cost_no_frames(iteration: float) -> None:
    assert len(sent_in(10.0, iteration)) == pytest.approx(300, abs=2)


def test_slow_iterations_give_a_frame_each() -> None:
    assert len(sent_in(10.0, 0.1)) == 100


def test_what_was_missed_while_nothing_ran_is_not_made_up_for() -> None:
    pace = FramePace()
    pace.sent(100.0)
    pace.sent(200.0)
    pace.sent(200.0 + 0.001)
    assert not pace.is_due(200.0 + FRAME_INTERVAL / 2)
