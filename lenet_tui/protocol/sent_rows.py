"""The ops of a forward and the nodes of a graph cross the pipe once; later frames carry numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from lenet_tui.protocol.frame import Frame, GraphNode, OpRow
from lenet_tui.protocol.messages import FrameUpdate, Moved

R = TypeVar("R")


class SentRows:
    """What one end of a pipe knows of the last list of ops, and of nodes, that crossed it."""

    def __init__(self) -> None:
        self._number = self._graph = 0
        self._ops: tuple[OpRow, ...] = ()
        self._nodes: tuple[GraphNode, ...] = ()

    def lean(self, report: R) -> R:
        """``report`` as it is sent: without what the other end has already."""
        if not isinstance(report, (Moved, FrameUpdate)):
            return report
        frame = report.frame
        rows, graph = frame.rows, frame.graph
        if rows.number == self._number:
            rows = replace(rows, ops=())
        self._number = rows.number
        if graph is not None and graph.number:
            number, self._graph = self._graph, graph.number
            graph = replace(graph, nodes=()) if graph.number == number else graph
        return _with(report, replace(frame, rows=rows, graph=graph))

    def whole(self, report: R) -> R:
        """``report`` as it was before it was sent, with all ops and nodes."""
        if not isinstance(report, (Moved, FrameUpdate)):
            return report
        frame = report.frame
        rows, graph = frame.rows, frame.graph
        if rows.number == self._number:
            rows = replace(rows, ops=self._ops)
        self._number, self._ops = rows.number, rows.ops
        if graph is not None and graph.number:
            if graph.number == self._graph:
                graph = replace(graph, nodes=self._nodes)
            self._graph, self._nodes = graph.number, graph.nodes
        return _with(report, replace(frame, rows=rows, graph=graph))


def _with(report: R, frame: Frame) -> R:
    return replace(report, frame=frame)  # type: ignore[type-var]
