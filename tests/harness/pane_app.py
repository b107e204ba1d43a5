"""An app of panes alone, with an engine that looks up tensors in a table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import torch
from rich.color import ColorSystem
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Button
from torch import Tensor

from lenet_tui.app.all_words import words
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.protocol.frame import Frame, Graph, OpRow, OpRows, Samples, SegmentState
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.tensors.engine.reduce import make_view
from lenet_tui.tensors.ui.tensor_pane import TensorPane

KERNELS = torch.linspace(-0.2, 0.2, 150).reshape(6, 1, 5, 5)
BATCH = torch.arange(2 * 6 * 4 * 4.0).reshape(2, 6, 4, 4)
MATRIX = torch.linspace(-1, 1, 120 * 400).reshape(120, 400)


def row(name: str, parameters: tuple[str, ...] = ()) -> OpRow:
    return OpRow(name, "op", None, None, (), parameters, 0)


class PaneApp(App[None]):
    """``tensors`` answer what the panes ask for, at once; ``states``: of names without one."""

    CSS = "Pane { border: round $border; width: 1fr; height: 16; } Button { dock: bottom; }"

    def __init__(self, *panes: Pane, ascii_only: bool = False) -> None:
        super().__init__()
        self.console._color_system = ColorSystem.EIGHT_BIT
        self.words = words("en", ascii_only)
        self.ascii = ascii_only
        self.panes = panes
        self.tensors: dict[str, Tensor] = {"conv1.weight": KERNELS, "pool": BATCH, "fc": MATRIX}
        self.states: dict[str, str] = {}
        self.made = (1, "forward")
        self.asked: list[ViewRequest] = []
        self.changes: dict[str, Any] = {}
        self.ever: list[ViewRequest] = []
        self.messages: list[Message] = []
        self.frame = make_frame()

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield from self.panes
        yield Button("other")

    def on_pane_requests_changed(self) -> None:
        self.call_after_refresh(self.answer)

    def on_tensor_pane_cell_chosen(self, message: TensorPane.CellChosen) -> None:
        self.messages.append(message)

    def answer(self, **changes: Any) -> None:
        """Show a frame with what the panes ask for; ``changes`` stay."""
        self.changes |= changes
        self.asked = [request for pane in self.panes for request in pane.requests()]
        self.ever += self.asked
        views = tuple(self.view(request) for request in self.asked)
        self.frame = make_frame(views, **self.changes)
        for pane in self.panes:
            pane.show(self.frame)

    def views_asked(self, tensor: str) -> list[ViewRequest]:
        """All requests so far for a tensor."""
        return [request for request in self.ever if request.tensor == tensor]

    def view(self, request: ViewRequest) -> View:
        tensor = self.tensors.get(request.tensor)
        state = self.states.get(request.tensor, "unknown")
        return make_view(
            tensor, request, state="value" if tensor is not None else state, made=self.made
        )


def make_frame(
    views: tuple[View, ...] = (),
    *,
    iteration: int = 1,
    segments: tuple[SegmentState, ...] = (),
    accumulated: int = 1,
    options: Options | None = None,
    graph: Graph | None = None,
    samples: Samples | None = None,
) -> Frame:
    parameters = ("conv1.weight", "conv1.bias", "conv2.weight", "fc")
    rows = OpRows(1, (row("conv1", parameters), row("pool")))
    return Frame(
        Position(iteration, "forward"), segments, "loss", options or Options(), rows, None, None,
        0, np.zeros(0), iteration, False, 0, views=views, accumulated=accumulated, graph=graph,
        samples=samples,
    )  # fmt: skip


@asynccontextmanager
async def running(
    *panes: Pane, ascii_only: bool = False, size: tuple[int, int] = (70, 24)
) -> AsyncIterator[tuple[PaneApp, Pilot[None]]]:
    app = PaneApp(*panes, ascii_only=ascii_only)
    async with app.run_test(size=size) as pilot:
        app.query_one(Button).focus()
        yield app, pilot


async def until(pilot: Pilot[None], true: Callable[[], object]) -> None:
    """Wait until ``true()`` is."""
    for _ in range(200):
        if true():
            return
        await pilot.pause(0.02)
    screen = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
    raise AssertionError(f"it never came; the screen:\n{screen}")


def shown(pane: Pane) -> str:
    """What is on the screen where the pane is."""
    strips = pane.screen._compositor.render_strips()
    left, top, width, height = pane.region
    lines = (strip.crop(left, left + width).text for strip in strips[top : top + height])
    return "\n".join(line.rstrip() for line in lines)
