"""The panes that show tensors, in a small app with frames made of real tensors."""

from __future__ import annotations

from dataclasses import replace

import torch

from lenet_tui.protocol.frame import SegmentState
from lenet_tui.tensors.ui.gradient_pane import GradientPane
from lenet_tui.tensors.ui.tensor_pane import TensorPane
from tests.harness.pane_app import KERNELS, running, shown, until


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
        pane._shapes["conv1.weight"] = (6, 1, 5, 5)
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
        await until(pilot, lambda: "zero_grad() has set it to None" in shown(pane))
        assert "kernel" not in shown(pane)
        app.answer(segments=(SegmentState("zero_grad", "turn", "", 0, 0, 0.0),))
        app.answer(segments=(SegmentState("zero_grad", "turn", "", 3, 10, 0.0),))
        await until(pilot, lambda: "zero_grad() has set it to None" in shown(pane))
        through = [SegmentState(phase, "turn", "", 9, 9, 0.0) for phase in ("forward", "backward")]
        app.answer(segments=tuple(through))
        await until(pilot, lambda: "backward is done" in shown(pane))
        again = SegmentState("forward", "turn", "", 2, 9, 0.0)  # of the next part of the batch
        app.answer(segments=(*through, again))
        await until(pilot, lambda: "None: no backward" in shown(pane))


async def test_an_activations_gradient_has_a_title_of_its_own_and_data_has_none() -> None:
    """Torch keeps a ``.grad`` for parameters only; after backward it is known who gets none."""
    pane = GradientPane(id="gradient")
    backward = SegmentState("backward", "turn", "", 27, 27, 0.0)
    async with running(pane) as (app, pilot):
        app.tensors["fc2.grad"] = KERNELS
        pane.tensor = "fc2"
        await until(pilot, lambda: "∂loss/∂fc2" in shown(pane))
        assert "fc2.grad" not in shown(pane)
        app.answer(segments=(replace(backward, vector="onehot 3"),))
        await until(pilot, lambda: "∂(v·output)/∂fc2" in shown(pane))
        app.states |= {"input.grad": "none", "conv1.grad": "none"}
        pane.tensor = "input"
        await until(pilot, lambda: "data needs no gradient" in shown(pane))
        pane.tensor = "conv1"
        await until(pilot, lambda: "backward is done and has computed none" in shown(pane))
        app.answer(segments=(replace(backward, done=3),))
        await until(pilot, lambda: "no backward has reached it yet" in shown(pane))


async def test_how_often_gradients_were_added_and_when_they_were_made() -> None:
    pane = GradientPane(id="gradient")
    async with running(pane) as (app, pilot):
        app.tensors["conv1.weight.grad"] = KERNELS
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        app.answer(accumulated=3)
        await until(pilot, lambda: "sum of 3 backward passes" in shown(pane))
        app.made = (4, "backward")
        app.answer(iteration=5)
        await until(pilot, lambda: "from iteration 4's backward" in shown(pane))
        app.made = (0, "backward")  # of a program's own, before the session's first iteration
        app.answer(iteration=1)
        await until(pilot, lambda: "from before the session" in shown(pane))
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
        await until(pilot, lambda: "channel 4    channel 5" in shown(pane))
        assert "pool  2×6×4×4  [0]" in shown(pane)
        assert (app.asked[0].first, app.asked[0].count) == (0, 6)
        pane.sample = 1
        await until(pilot, lambda: "[1]" in shown(pane))
        assert (app.asked[0].first, app.asked[0].count) == (6, 6)
