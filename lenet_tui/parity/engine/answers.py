"""Answers the parity room's requests."""

from __future__ import annotations

from lenet_tui.history.engine.session import Session
from lenet_tui.parity.engine.parity import compared
from lenet_tui.parity.result import Parity, ParityResult
from lenet_tui.protocol.request import answers
from lenet_tui.text.notice import notice


@answers(Parity)
def parity(request: Parity, session: Session) -> ParityResult:
    """The present iteration on two devices, entry by entry."""
    if session.navigator.own_step:
        return ParityResult(error=notice("parity:own-step"))
    if session.navigator.trainer.file.live:
        return ParityResult(error=notice("parity:script"))
    return compared(request, session.navigator)
