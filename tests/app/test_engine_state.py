"""The engine's state follows from its reports, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lenet_tui.app.engine_reports import after
from lenet_tui.app.engine_state import (
    Busy,
    Dead,
    EngineState,
    Loading,
    Ready,
    Restarting,
    Running,
)
from lenet_tui.protocol import messages
from lenet_tui.protocol.messages import Answered, Died, Failed, FrameUpdate, Moved, Printed, Report
from lenet_tui.protocol.position import SEARCHING, STARTS_CUDA, Position
from lenet_tui.text.notice import verbatim
from tests.harness.driving import Drive

SESSION = Drive().session
FRAME, INTRODUCED = SESSION.frame(), SESSION.ready
HANGS = messages.Busy(Position(1, "forward", 3), 0, "conv2d", 3.2)
SEARCHES = messages.Busy(Position(1, SEARCHING), 0, SEARCHING, 0.1)
STARTS = messages.Busy(Position(), -1, STARTS_CUDA, 0.0)
BRIEF = messages.Busy(Position(1, "forward", 3), 0, "conv2d", 0.4)


@pytest.mark.parametrize(
    ("state", "report", "expected"),
    [
        (Loading(), INTRODUCED, Loading()),
        (Loading(), FrameUpdate(FRAME), Ready()),
        (Loading(), Died(verbatim("SIGKILL")), Dead(verbatim("SIGKILL"))),
        (Loading(), STARTS, Busy(STARTS, Loading())),
        (Busy(STARTS, Loading()), INTRODUCED, Busy(STARTS, Loading())),
        (Busy(STARTS, Loading()), FrameUpdate(FRAME), Ready()),
        (Loading(), HANGS, Busy(HANGS, Loading())),
        (Ready(), FrameUpdate(replace(FRAME, running=True)), Running()),
        (Running(), Moved(1, FRAME), Ready()),
        (Running(), Printed("output", "1"), Running()),
        (Ready(), BRIEF, Ready()),
        (Ready(), SEARCHES, Busy(SEARCHES, Ready())),
        (Busy(HANGS, Running()), SEARCHES, Busy(SEARCHES, Running())),
        (Busy(HANGS, Running()), BRIEF, Running()),
        (Busy(HANGS, Ready()), Answered(99, None), Ready()),
        (Busy(HANGS, Ready()), Moved(1, FRAME), Ready()),
        (Busy(HANGS, Ready()), Printed("output", "1"), Busy(HANGS, Ready())),
        (Busy(HANGS, Ready()), Died(verbatim("SIGKILL")), Restarting(verbatim("SIGKILL"))),
        (Busy(HANGS, Restarting()), Died(verbatim("SIGKILL")), Dead(verbatim("SIGKILL"))),
        (Running(), Failed(verbatim("cuda:0 is lost")), Restarting(verbatim("cuda:0 is lost"))),
        (Ready(), Died(verbatim("SIGKILL")), Restarting(verbatim("SIGKILL"))),
        (Restarting(verbatim("SIGKILL")), INTRODUCED, Restarting(verbatim("SIGKILL"))),
        (Restarting(verbatim("SIGKILL")), FrameUpdate(FRAME), Ready()),
        (Restarting(verbatim("SIGKILL")), Died(verbatim("SIGSEGV")), Dead(verbatim("SIGSEGV"))),
        (Dead(verbatim("SIGKILL")), INTRODUCED, Restarting()),
    ],
)
def test_a_report_changes_the_state(
    state: EngineState, report: Report, expected: EngineState
) -> None:
    assert after(state, report) == expected
