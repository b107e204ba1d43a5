"""The list of a forward's ops crosses the pipe once; later frames carry its number only."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from lenet_tui.protocol.frame import Frame, OpRow
from lenet_tui.protocol.messages import FrameUpdate, Moved

R = TypeVar("R")


class SentRows:
    """What one end of a pipe knows of the last list of ops that crossed it."""

    def __init__(self) -> None:
        self._number = 0
        self._ops: tuple[OpRow, ...] = ()

    def lean(self, report: R) -> R:
        """``report`` as it is sent: without the ops that the other end has already."""
        if not isinstance(report, (Moved, FrameUpdate)):
            return report
        frame = report.frame
        if frame.rows.number == self._number:
            return _with(report, frame, ())
        self._number = frame.rows.number
        return report

    def whole(self, report: R) -> R:
        """``report`` as it was before it was sent, with all ops."""
        if not isinstance(report, (Moved, FrameUpdate)):
            return report
        frame = report.frame
        if frame.rows.number == self._number:
            return _with(report, frame, self._ops)
        self._number, self._ops = frame.rows.number, frame.rows.ops
        return report


def _with(report: R, frame: Frame, ops: tuple[OpRow, ...]) -> R:
    changed = replace(frame, rows=replace(frame.rows, ops=ops))
    return replace(report, frame=changed)  # type: ignore[type-var]
