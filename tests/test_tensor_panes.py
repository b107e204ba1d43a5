"""The panes that show tensors, in a small app with frames made of real tensors."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import torch
from rich.color import ColorSystem
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Button
from torch import Tensor

from lenet_tui.core.arrangement import Arrangement
from lenet_tui.core.frames import Frame, OpRow, SegmentState
from lenet_tui.core.options import Options
from lenet_tui.core.phases import Position
from lenet_tui.core.views import View, ViewRequest
from lenet_tui.engine.views import make_view
from lenet_tui.text import words
from lenet_tui.tui.panes.gradient import GradientPane
from lenet_tui.tui.panes.image import ImagePane
from lenet_tui.tui.panes.output import OutputPane, bars
from lenet_tui.tui.panes.pane import Pane
from lenet_tui.tui.panes.readout import readout, readout_request
from lenet_tui.tui.panes.tensor import TensorPane

KERNELS = torch.linspace(-0.2, 0.2, 150).reshape(6, 1, 5, 5)
BATCH = torch.arange(2 * 6 * 4 * 4.0).reshape(2, 6, 4, 4)
MATRIX = torch.linspace(-1, 1, 120 * 400).reshape(120, 400)


def row(name: str, parameters: tuple[str, ...] = ()) -> OpRow:
    return OpRow(name, "op", name, None, None, "", parameters, 0)


class PaneApp(App[None]):
    """``tensors`` answer what the panes ask for, at once; ``states``: of names without one."""

    CSS = "Pane { border: round $border; width: 1fr; height: 16; } Button { dock: bottom; }"

    def __init__(self, *panes: Pane, ascii_only: bool = False) -> None:
        super().__init__()
        self.console._color_system = ColorSystem.EIGHT_BIT
        self.words = words("en")
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

    def on_pane_look_changed(self) -> None:
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
) -> Frame:
    parameters = ("conv1.weight", "conv1.bias", "conv2.weight", "fc")
    rows = (row("conv1", parameters), row("pool"))
    return Frame(
        Position(iteration, "forward"), segments, "loss", options or Options(), rows, None, None,
        0, np.zeros(0), iteration, False, 0, views=views, accumulated=accumulated,
    )  # fmt: skip


@asynccontextmanager
async def running(
    *panes: Pane, ascii_only: bool = False
) -> AsyncIterator[tuple[PaneApp, Pilot[None]]]:
    app = PaneApp(*panes, ascii_only=ascii_only)
    async with app.run_test(size=(70, 24)) as pilot:
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


async def test_a_parameter_is_drawn_with_its_name_shape_and_legend() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (_, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "σ" in shown(pane))
        text = shown(pane)
        assert "conv1.weight  6×1×5×5" in text
        assert "−0.250" in text
        assert "kernel 0" in text
        assert "kernel 5" in text
        line = pane.heatmap.render_line(2)
        assert len({segment.style for segment in line}) > 5


async def test_the_shape_is_asked_for_once() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: app.asked and app.asked[0].count == 6)
        app.tensors["conv1.weight.grad"] = KERNELS
        pane.aspect = "gradient"
        await until(pilot, lambda: app.asked[0].tensor == "conv1.weight.grad")
        assert app.asked[0].count == 6
        assert app.views_asked("conv1.weight.grad")[0].scale is None
        await until(pilot, lambda: "conv1.weight.grad" in shown(pane))


async def test_a_known_shape_need_not_be_asked_for() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.know_shapes({"conv1.weight": (6, 1, 5, 5)})
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: app.asked)
        assert app.asked[0].count == 6


async def test_the_scale_is_held_and_it_is_said_when_it_moves() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "σ" in shown(pane))
        app.answer()
        assert app.asked[0].scale is not None
        assert app.asked[0].scale.limit == 0.25
        app.tensors["conv1.weight"] = KERNELS * 2
        app.answer(iteration=2)
        await until(pilot, lambda: "scale moved" in shown(pane))
        app.answer(iteration=2)  # the same step, with the new scale held
        await pilot.pause()
        assert "scale moved" in shown(pane)
        app.answer(iteration=3)
        await until(pilot, lambda: "scale moved" not in shown(pane))


async def test_none_is_none_before_backward_and_after_zero_grad() -> None:
    pane = GradientPane(id="gradient")
    async with running(pane) as (app, pilot):
        app.states["conv1.weight.grad"] = "none"
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "None: no backward" in shown(pane))
        assert "conv1.weight.grad" in shown(pane)
        app.tensors["conv1.weight.grad"] = KERNELS
        app.answer()
        await until(pilot, lambda: "kernel" in shown(pane))
        assert "None" not in shown(pane)
        del app.tensors["conv1.weight.grad"]
        app.answer(segments=(SegmentState("zero_grad", "turn", "", 10, 10, 0.0),))
        await until(pilot, lambda: "zero_grad() set it to None" in shown(pane))
        assert "kernel" not in shown(pane)


async def test_how_often_gradients_were_added_and_when_they_were_made() -> None:
    pane = GradientPane(id="gradient")
    async with running(pane) as (app, pilot):
        app.tensors["conv1.weight.grad"] = KERNELS
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        app.answer(accumulated=3)
        await until(pilot, lambda: "sum of 3 backwards" in shown(pane))
        app.made = (4, "backward")
        app.answer(iteration=5)
        await until(pilot, lambda: "from iteration 4's backward" in shown(pane))
        app.made = (5, "backward")
        app.answer(iteration=5)
        await until(pilot, lambda: "iteration" not in shown(pane))


async def test_what_is_not_there_yet_or_at_all_is_said() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        app.states["conv1.relu"] = "ahead"
        pane.tensor = "conv1.relu"
        await until(pilot, lambda: "Not computed yet." in shown(pane))
        pane.tensor = "nothing[/red]\x1b[31m"
        await until(pilot, lambda: "There is no such tensor." in shown(pane))
        assert r"nothing[/red]\x1b[31m" in shown(pane)
        app.tensors["empty"] = torch.empty(0, 5)
        pane.tensor = "empty"
        await until(pilot, lambda: "It has no elements." in shown(pane))


async def test_one_samples_channels_are_shown() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "pool"
        await until(pilot, lambda: "4        5" in shown(pane))
        assert "pool  2×6×4×4  [0]" in shown(pane)
        assert (app.asked[0].first, app.asked[0].count) == (0, 6)
        pane.sample = 1
        await until(pilot, lambda: "[1]" in shown(pane))
        assert (app.asked[0].first, app.asked[0].count) == (6, 6)


async def test_the_cursor_reads_out_its_number() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        pane.heatmap.focus()
        await until(pilot, lambda: "[0,0,0,0] −0.2" in shown(pane))
        await pilot.press("right", "down", "l", "j")
        await until(pilot, lambda: "[0,0,2,2] " in shown(pane))
        assert pane.cursor == (0, 0, 2, 2)
        await pilot.press("enter")
        await until(pilot, lambda: app.messages)
        chosen = app.messages[0]
        assert isinstance(chosen, TensorPane.CellChosen)
        assert (chosen.tensor, chosen.index) == ("conv1.weight", (0, 0, 2, 2))
        app.query_one(Button).focus()
        await until(pilot, lambda: "[0,0,2,2]" not in shown(pane))


async def test_the_cursor_goes_from_tile_to_tile() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        app.tensors["relu"] = torch.randn(1, 12, 5, 5)
        pane.tensor = "relu"
        await until(pilot, lambda: "11" in shown(pane))
        pane.heatmap.focus()
        await pilot.press(*["right"] * 5)
        await until(pilot, lambda: pane.heatmap.cursor == (0, 1, 0, 0))
        await pilot.press("left")
        await until(pilot, lambda: pane.heatmap.cursor == (0, 0, 0, 4))
        columns = pane.heatmap.arrangement.columns if pane.heatmap.arrangement else 0
        assert 1 < columns < 12
        await pilot.press(*["down"] * 5)
        await until(pilot, lambda: pane.heatmap.cursor == (0, columns, 0, 4))


async def test_a_pixel_of_many_reads_out_the_largest() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        spiked = MATRIX.clone()
        spiked[1, 2] = -7.5
        app.tensors["fc"] = spiked
        pane.tensor = "fc"
        await until(pilot, lambda: "per pixel" in shown(pane))
        pane.heatmap.focus()
        await until(pilot, lambda: "[1,2] −7.5  largest of" in shown(pane))
        assert pane.cursor == (1, 2)
        await pilot.press("enter")
        await until(pilot, lambda: app.messages)
        assert app.messages[0].index == (1, 2)  # type: ignore[attr-defined]


async def test_tiles_scroll() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        app.tensors["conv2.weight"] = torch.arange(64 * 64 * 9.0).reshape(64, 64, 3, 3)
        pane.tensor = "conv2.weight"
        await until(pilot, lambda: "of 4096" in shown(pane))
        assert app.asked[0].first == 0
        count = app.asked[0].count
        pane.heatmap.focus()
        await pilot.press("pagedown")
        await until(pilot, lambda: app.asked[0].first > 0)
        assert app.asked[0].first == count
        await pilot.press("end")
        await until(pilot, lambda: "4096 of 4096" in shown(pane))
        await pilot.press("home")
        await until(pilot, lambda: app.asked[0].first == 0)
        await pilot.press(*["up"] * 2, *["down"] * 60)
        await until(pilot, lambda: app.asked[0].first > 0)
        cursor = pane.heatmap.cursor
        assert cursor is not None
        assert pane.heatmap.arrangement is not None
        await until(pilot, lambda: pane.heatmap.arrangement.box(cursor))  # type: ignore[union-attr]


async def test_the_mouse_puts_the_cursor_and_chooses() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        layout = pane.heatmap.arrangement
        assert layout is not None
        box = layout.box((4, 0, 3, 1))
        assert box is not None
        await pilot.click(pane.heatmap, offset=(box.x, box.y // 2), times=2)
        await until(pilot, lambda: app.messages)
        assert app.messages[-1].index == (4, 0, 3, 1)  # type: ignore[attr-defined]


async def test_numbers_and_back_with_the_cursor() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (_, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        pane.heatmap.focus()
        await pilot.press(*["right"] * 6)
        await until(pilot, lambda: "[1,0,0,1] " in shown(pane))
        pane.mode = "numbers"
        await until(pilot, lambda: "−0.1329" in shown(pane))
        assert "kernel 1" in shown(pane)
        assert "[1,0,0,1] −0.13020134" in shown(pane)
        await pilot.press("down")
        await until(pilot, lambda: "[1,0,1,1] " in shown(pane))
        await pilot.press("pagedown")
        await until(pilot, lambda: "kernel 2" in shown(pane))
        pane.mode = "heatmap"
        await until(pilot, lambda: pane.heatmap.cursor == (2, 0, 1, 1))


async def test_numbers_scroll_with_the_cursor() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.mode = "numbers"
        pane.tensor = "fc"
        await until(pilot, lambda: "−1.000" in shown(pane))
        pane.table.focus()
        await pilot.press("end")
        await until(pilot, lambda: "[119,399] 1.0" in shown(pane))
        assert app.asked[0].row + app.asked[0].rows == 120
        assert app.asked[0].col + app.asked[0].cols == 400
        await pilot.press("home", "pagedown")
        await until(pilot, lambda: app.asked[0].col == 0 and app.asked[0].row > 0)


async def test_a_vector_of_numbers_is_wrapped() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        app.tensors["bias"] = torch.arange(12.0)
        pane.mode = "numbers"
        pane.tensor = "bias"
        await until(pilot, lambda: "11.00" in shown(pane))
        assert app.asked[0].wrap == 5
        lines = [line for line in shown(pane).splitlines() if "10.00" in line]
        assert len(lines) == 1
        assert lines[0].split("10.00")[0].strip("│ ") == "10"


async def test_ascii() -> None:
    pane, output = TensorPane(id="tensor"), OutputPane(id="output")
    async with running(pane, output, ascii_only=True) as (app, pilot):
        app.tensors |= {"output": torch.randn(1, 10), "target": torch.randn(1, 10)}
        app.tensors["output.softmax"] = torch.softmax(app.tensors["output"], -1)
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "-0.250" in shown(pane))
        frame = "╭─╮│╰╯"
        for each in (pane, output):
            assert shown(each).translate(dict.fromkeys(map(ord, frame))).isascii()


async def test_another_theme_draws_with_other_colours() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        dark = pane.heatmap.ink
        app.theme = "textual-light"
        await until(pilot, lambda: pane.heatmap.ink is not dark)
        app.theme = "ansi-dark"
        await until(pilot, lambda: pane.heatmap.surface.colours == "own")
        app.answer()
        await until(pilot, lambda: "+█" in shown(pane))


async def test_resizing_asks_for_what_fits() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "fc"
        await until(pilot, lambda: "per pixel" in shown(pane))
        before = app.asked[0].cols

        def layout() -> Arrangement:
            assert pane.heatmap.arrangement is not None
            return pane.heatmap.arrangement

        await pilot.resize_terminal(40, 24)
        await until(pilot, lambda: app.asked[0].cols < before)
        await until(
            pilot, lambda: pane.heatmap.arrangement and pane.heatmap.arrangement.pixels[1] < 40
        )


async def test_the_input_says_its_target() -> None:
    pane = ImagePane(id="image")
    async with running(pane) as (app, pilot):
        app.tensors |= {
            "input": torch.rand(3, 1, 8, 8) * 2 - 1,
            "target": torch.tensor([7, 1, 4]),
        }
        app.answer()
        await until(pilot, lambda: "Input  target 7" in shown(pane))
        assert "sample 0 of 3" in shown(pane)
        pane.sample = 2
        await until(pilot, lambda: "target 4" in shown(pane))
        assert app.asked[0].first == 2
        assert pane.heatmap.ink.palette.colours[0] == (0, 0, 0)


async def test_the_output_as_bars() -> None:
    pane = OutputPane(id="output")
    async with running(pane) as (app, pilot):
        logits = torch.tensor([[0.0, 3.0, 1.0], [2.0, -1.0, 0.5]])
        app.tensors |= {
            "output": logits,
            "output.softmax": torch.softmax(logits, -1),
            "target": torch.tensor([1, 2]),
        }
        app.answer()
        await until(pilot, lambda: "0.8438 ◀" in shown(pane))
        assert "probabilities" in shown(pane)
        pane.sample = 1
        await until(pilot, lambda: "0.1753 ◀" in shown(pane))
        pane.kind = "raw"
        await until(pilot, lambda: "0.500 ◀" in shown(pane))
        assert "−" in shown(pane)
        app.tensors["target"] = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        app.answer()
        await until(pilot, lambda: "→ 4.000" in shown(pane))
        app.states |= {"output": "ahead", "output.softmax": "ahead"}
        del app.tensors["output"], app.tensors["output.softmax"]
        app.answer()
        await until(pilot, lambda: "Not computed yet." in shown(pane))


def test_bars_of_odd_numbers() -> None:
    values = np.array([math.nan, math.inf, -2.0, 1.0])
    lines = bars(values, 2, None, 30, False).plain.splitlines()
    assert "NaN" in lines[0]
    assert "∞" in lines[1]
    assert lines[2].startswith("2 −█")
    assert lines[2].endswith("◀")
    assert lines[3].count("█") * 2 == pytest.approx(lines[2].count("█"), abs=1)


def test_a_readout_of_another_question_is_none() -> None:
    shape = (120, 400)
    request = readout_request("key", "fc", shape, (3, 4), None)
    view = make_view(MATRIX, request)
    found = readout(view, (3, 4), None)
    assert found is not None
    assert found.value == float(MATRIX[3, 4])
    assert (found.index, found.count) == ((3, 4), 1)
    assert readout(view, (3, 5), None) is None
