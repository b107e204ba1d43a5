"""How each report of the engine changes the state that the screen shows of it."""

from __future__ import annotations

from lenet_tui.app.engine_state import Busy, Dead, EngineState, Ready, Restarting, Running, calm
from lenet_tui.protocol import messages
from lenet_tui.protocol.messages import (
    Answered,
    Died,
    Ended,
    Failed,
    FrameUpdate,
    Moved,
    Report,
)
from lenet_tui.protocol.position import AT_ONCE

BUSY_FROM = 1.0
"""Seconds that an op may take before the state is ``Busy``."""


def after(state: EngineState, report: Report) -> EngineState:
    """The state after a report.

    An engine that ends after it has sent a frame is replaced; one that ends before stays ``Dead``,
    as the next would end the same way.
    """
    was = calm(state)
    if isinstance(report, (Moved, FrameUpdate)):
        return Running() if report.frame.running else Ready()
    if isinstance(report, messages.Busy):
        long = report.seconds >= BUSY_FROM or report.what in AT_ONCE
        return Busy(report, was) if long else was
    if isinstance(report, Answered):
        return was
    if isinstance(report, messages.Ready):
        return Restarting() if isinstance(was, Dead) else state
    if isinstance(report, Ended):
        return Dead(report.error, final=True)
    if isinstance(report, (Died, Failed)):
        replaced = isinstance(was, (Ready, Running))
        return Restarting(report.error) if replaced else Dead(report.error)
    return state
