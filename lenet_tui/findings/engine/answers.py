"""Answers the findings room's request."""

from __future__ import annotations

from lenet_tui.around.engine.script_session import ScriptSession
from lenet_tui.findings.engine.check import check
from lenet_tui.findings.engine.script_check import check_script
from lenet_tui.findings.finding import Findings
from lenet_tui.findings.request import Check
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.request import answers


@answers(Check)
def findings(request: Check, session: Session | ScriptSession) -> Findings:
    """What is wrong with the step on the tape, or the first one; the session stays as it is."""
    if isinstance(session, ScriptSession):
        return check_script(session, request.iterations)
    navigator = session.navigator
    at = navigator.iteration, navigator.cursor
    first = max(navigator.iteration, 1)
    try:
        if navigator.iteration:
            navigator.end_of(first - 1)
        return check(navigator.trainer, request.iterations, first).numbered(first)
    finally:
        if at[0] or navigator.iteration:
            navigator.rebuild(*at, careful=navigator.recorder.failure is not None)
