"""A GPU that no machine has: it computes wrongly from the second convolution on."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from lenet_tui.history.engine.session import Session
from lenet_tui.parity.engine.parity import compared
from lenet_tui.parity.result import Parity, ParityResult, ParityRow
from lenet_tui.protocol.frame import Device
from lenet_tui.text.notice import verbatim
from lenet_tui.training.request import ListDevices
from tests.harness.parity import DOUBLE

GPU = "cuda:0 · float32"
NODE = "TBackward0"
"""A node of the backward that it does not run."""
DEVICES = (
    Device("cpu", "test processor"),
    Device("cuda:0", "test GPU", 60 * 2**30, 80 * 2**30),
    Device("mps", "Metal", problem=verbatim("not built for this platform")),
)


def devices(request: ListDevices, session: Session) -> tuple[Device, ...]:
    """The devices of a machine with that GPU."""
    return DEVICES


def parity(request: Parity, session: Session) -> ParityResult:
    """The session's comparison with float64; with the GPU the same, with the fault in it."""
    found = compared(Parity(DOUBLE), session.navigator)
    found = replace(found, choices=(GPU, DOUBLE))
    if request.device == DOUBLE:
        return found
    right = tuple(takewhile(lambda row: row.name != "conv2", found.rows))
    wrong = tuple(_wrong(row) for row in found.rows[len(right) :])
    return replace(found, other=GPU, rows=right + wrong)


def _wrong(row: ParityRow) -> ParityRow:
    if row.op == NODE:
        return replace(row, apart="missing")
    return replace(row, difference=3.2e-4, largest=0.98, share=12.5, past=3)
