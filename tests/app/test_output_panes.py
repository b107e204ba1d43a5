"""The input and output panes, and what is read out of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lenet_tui.app.ui.panes.input import ImagePane
from lenet_tui.app.ui.panes.output import OutputPane, bars
from lenet_tui.tensors.engine.reduce import make_view
from lenet_tui.tensors.ui.readout import readout, readout_request
from tests.harness.pane_app import MATRIX, running, shown, until


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
    lines = [line.plain for line in bars(values, 2, None, 30, False)]
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
