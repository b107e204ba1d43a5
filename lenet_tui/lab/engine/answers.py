"""Answers the lab's requests."""

from __future__ import annotations

from lenet_tui.lab.engine.run import run_text
from lenet_tui.lab.result import LabResult, RunLab
from lenet_tui.protocol.request import answers


@answers(RunLab)
def run_lab(request: RunLab, session: object) -> LabResult:
    """What torch makes of a layer; the session is not touched."""
    return run_text(request)
