"""No loss of a finished iteration is missing after the engine's death: on the screen, in a save."""

from __future__ import annotations

import math
import os
import signal
import time

import numpy as np
import pytest

from lenet_tui.process.engine import server
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import (
    Died,
    DoMove,
    FrameAcknowledged,
    FrameUpdate,
    Keyframe,
    Moved,
    Recorded,
    RunFree,
    Snapshot,
    Start,
    Subscription,
)
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import Position
from lenet_tui.sessions.recovery_state import RecoveryState
from tests.harness.conversation import Conversation
from tests.harness.driving import Drive

KILLS = 3


def test_losses_that_came_with_a_snapshot_come_with_the_next_frame() -> None:
    drive = Drive()
    frame = drive("run 3").frame
    keeper = RecoveryState()
    keeper.sent(Start(Options()))
    keeper.received(Keyframe(0, b"zero"))
    snapshot = Snapshot(Position(2, "update"), 4, (2, 4, math.inf))
    assert keeper.received(Recorded(snapshot, 1, frame.losses[:2].tolist())) is None
    keeper.carry_on()
    last = FrameUpdate(drive("phase").frame)
    seen = keeper.received(last)
    assert isinstance(seen, FrameUpdate)
    shown = Losses()
    shown.take(seen.frame)
    assert shown.values[1:3].tolist() == frame.losses[:2].tolist()
    again = FrameUpdate(drive("phase").frame)
    assert keeper.received(again) is again


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_has_every_loss() -> None:
    """And they are those of a run that is never killed."""
    with Conversation(server.main) as talk:
        talk.start()
        for number in range(KILLS):
            talk.send(RunFree(number + 1))
            talk.until(FrameUpdate)
            if number % 2:
                talk.send(FrameAcknowledged())
            time.sleep(0.6)  # a screen that is slow: snapshots come, frames do not
            assert talk.client.pid is not None
            os.kill(talk.client.pid, signal.SIGKILL)
            talk.until(Died)
            talk.client.restart()
            talk.send(Subscription())
            talk.until(FrameUpdate)
        talk.send(DoMove(99, Run(1)))
        talk.until(Moved)
    shown = Losses()
    for report in talk.reports:
        if isinstance(report, (FrameUpdate, Moved)):
            shown.take(report.frame)
    count = len(shown.values)
    assert count > 20 and np.isfinite(shown.values[1:]).all()
    plain = Drive()(f"run {count - 1}").frame.losses
    assert shown.values[1:].tolist() == plain.tolist()
