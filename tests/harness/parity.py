"""Asking a session for device parity, in this process."""

from __future__ import annotations

from lenet_tui.parity.engine.parity import compared as compare
from lenet_tui.parity.result import Parity, ParityResult
from tests.harness.driving import Drive

DOUBLE = "cpu · float64"
SAME = "cpu · float32"


def parity(drive: Drive, device: str = "") -> ParityResult:
    """The answer, which may be an error."""
    return compare(Parity(device), drive.session.navigator)


def compared(drive: Drive, device: str = DOUBLE) -> ParityResult:
    """The answer, which is none."""
    result = parity(drive, device)
    assert not result.error
    return result
