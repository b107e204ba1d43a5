"""A frame carries the list of the forward's ops once, and then only what a step changes."""

from __future__ import annotations

from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.process.child import _plain
from lenet_tui.process.engine.pipe import Pipe
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import DoMove, Moved, Subscription
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.sent_rows import SentRows
from tests.harness.driving import Drive


class Wavering(nn.Module):
    """A model that does other ops each second time."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(1024, 10)
        self.times = 0

    def forward(self, x: Tensor) -> Tensor:
        self.times += 1
        out = self.fc(torch.flatten(x, 1))
        other: Tensor = out.exp() if self.times % 2 else out.tanh()
        return other


class Line:
    """A session's answers as they cross the pipe."""

    def __init__(self, model: str) -> None:
        self.session = Drive(model=model).session
        self._pipe, self._rows = Pipe(cast("Connection", self)), SentRows()
        self._data = b""

    def send(self, report: object) -> None:
        self._data = bytes(ForkingPickler.dumps(report))

    def __call__(self, *lines: str) -> tuple[int, Frame]:
        """How many bytes cross for the last of these moves, and the frame on the other side."""
        for line in lines:
            self._pipe.send(self.session.do(DoMove(1, parse_move(line))))
            report = self._rows.whole(_plain(self._data))
        assert isinstance(report, Moved) and not report.error
        assert report.frame.rows == self.session.frame().rows
        assert report.frame.graph == self.session.frame().graph
        return len(self._data), report.frame


@pytest.mark.slow
def test_the_ops_of_two_thousand_cross_once() -> None:
    line = Line("tests.harness.deep_models:Many")
    first, frame = line("op")
    assert len(frame.rows) == 2002 and first > 50_000
    assert [row.shape for row in frame.rows[:3]] == [(1, 16), None, None]
    for move in ("op", "phase", "back op", "finish", "op", "back iteration"):
        size, frame = line(move)
        assert size < 5_000, move
        assert len(frame.rows) == 2002


def test_other_ops_are_another_list() -> None:
    line = Line(f"{__name__}:Wavering")
    names = []
    for _ in range(4):
        _, frame = line("phase", "op")
        names.append([row.name for row in frame.rows])
        line("finish")
    assert names[0] != names[1] and names[:2] == names[2:]


@pytest.mark.slow
def test_the_graph_of_two_thousand_ops_crosses_once_for_each_backward() -> None:
    line = Line("tests.harness.deep_models:Many")
    line.session.subscribe(Subscription((), graph=True))
    line("phase", "phase", "phase")  # whose next one is the backward
    sizes = []
    for move in ("op", "op", "op", "back op", "phase", "back op"):
        size, frame = line(move)
        sizes.append(size)
        graph, navigator = frame.graph, line.session.navigator
        backward = navigator.tape.backward(navigator.cursor)
        assert graph is not None and backward is not None and len(graph.nodes) > 2000
        passed = [(n, e.op, e.name) for n, e in enumerate(backward[1], 1)]
        ran = [(n.order, n.op, n.name) for n in graph.nodes if graph.ran(n)]
        assert sorted(ran) == passed, move
    assert sizes[0] > 50_000 and max(sizes[1:]) < 5_000
    line("finish", "phase", "phase", "phase", "op")  # another one
    assert line.session.frame().graph != graph
