"""Answers the twins room's requests."""

from __future__ import annotations

from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.request import answers
from lenet_tui.twins.engine.pair import run_twins
from lenet_tui.twins.result import Twins, TwinsResult


@answers(Twins)
def twins(request: Twins, session: Session | None) -> TwinsResult:
    """Two programs stepped together; the session is not touched."""
    return run_twins(request, session)
