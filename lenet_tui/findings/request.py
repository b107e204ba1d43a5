"""The findings room's question to the engine."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.findings.finding import Findings
from lenet_tui.protocol.request import Request

ITERATIONS = 3
"""Iterations that a check runs: what is zero only at the start is not so in the third."""


@dataclass(frozen=True, slots=True)
class Check(Request[Findings]):
    """Asks what is wrong with the step on the tape and those after it; all is undone."""

    iterations: int = ITERATIONS
