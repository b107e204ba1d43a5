"""The input and output panes, and what is read out of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from textual.content import Content
from torch import Tensor

from lenet_tui.app.input_lines import token_lines
from lenet_tui.app.ui.panes.input import ImagePane
from lenet_tui.app.ui.panes.output import OutputPane
from lenet_tui.kit.ui.bars import bars
from lenet_tui.tensors.engine.reduce import make_view
from lenet_tui.tensors.ui.readout import readout, readout_request
from lenet_tui.training.engine.token_texts import token_texts
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


async def test_a_colour_picture_has_its_own_colours() -> None:
    pane = ImagePane(id="image")
    async with running(pane) as (app, pilot):
        picture = torch.zeros(2, 3, 8, 8)
        picture[1, 0, :4], picture[1, 2, 4:] = 1.0, 0.5
        app.tensors |= {"input": picture, "target": torch.tensor([1, 2])}
        app.answer()
        pane.sample = 1
        await until(pilot, lambda: "target 2" in shown(pane) and pane.listing.lines)
        assert app.views_asked("input")[-1].first == 3
        first = pane.listing.lines[0]
        assert isinstance(first, Content)
        shades = {
            style.foreground.rgb
            for _, style in first.render(pane.listing.visual_style, end="")
            if style.foreground is not None
        }
        assert (255, 0, 0) in shades and (0, 0, 128) not in shades
        assert "colours from 0 to 1" in shown(pane)


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_where_there_are_no_colours_a_colour_picture_has_three_planes(
    ascii_only: bool,
) -> None:
    pane = ImagePane(id="image")
    async with running(pane, ascii_only=ascii_only) as (app, pilot):
        app.tensors |= {"input": torch.rand(2, 3, 8, 8), "target": torch.tensor([1, 2])}
        app.answer()
        await until(pilot, lambda: "target 1" in shown(pane))
        assert pane.has_class("-lines") is not ascii_only


async def test_tokens_are_numbers_and_where_they_can_be_decoded_texts() -> None:
    pane = ImagePane(id="image")
    async with running(pane) as (app, pilot):
        app.tensors |= {"input": torch.arange(1000, 1400).view(2, 200), "target": torch.tensor(3)}
        app.answer()
        await until(pilot, lambda: "1005" in shown(pane))
        assert "Input  2×200 int64  target 3" in shown(pane) and "tokens 0–" in shown(pane)
        pane.sample = 1
        await until(pilot, lambda: "1200" in shown(pane))
        assert app.asked[0].texts
        pane.listing.focus()
        await pilot.press("pagedown")
        await until(pilot, lambda: "1399" in shown(pane) and "1200" not in shown(pane))
    assert token_lines([5, 70], ("the", "\x1b"), 8, width=20, height=9) == [
        ("8", " 5 the"),
        ("9", "70 \\x1b"),
    ]
    assert token_lines([5, 70], ("the cat",), 0, width=20, height=9)[0] == ("", "the cat")


def test_what_decodes_may_give_one_text_many_or_fail() -> None:
    class File:
        def __init__(self, decode: Callable[[list[int]], object] | None = None) -> None:
            self.decode = decode

    assert token_texts(File(), [1]) == ()
    assert token_texts(File(lambda ids: " ".join(map(str, ids))), [1, 2]) == ("1 2",)
    assert token_texts(File(lambda ids: [f"<{i}>" for i in ids]), [1, 2]) == ("<1>", "<2>")
    with pytest.warns(UserWarning, match="decode: ZeroDivisionError"):
        assert token_texts(File(lambda ids: 1 / 0), [1]) == ()


async def test_a_table_is_the_numbers_of_one_sample() -> None:
    pane = ImagePane(id="image")
    async with running(pane) as (app, pilot):
        app.tensors |= {"input": torch.arange(40.0).view(2, 20) / 8, "target": torch.rand(2, 1)}
        app.answer()
        await until(pilot, lambda: " 7 0.875" in shown(pane))
        assert "Input  2×20 float32" in shown(pane) and "19 2.375" in shown(pane)
        pane.sample = 1
        await until(pilot, lambda: " 0 2.500" in shown(pane))


async def test_of_many_classes_the_largest_come_first() -> None:
    pane = OutputPane(id="output")
    async with running(pane) as (app, pilot):
        logits = torch.linspace(-1, 1, 2000).view(2, 1000).roll(300, 1)
        app.tensors |= {"output": logits, "output.softmax": logits.softmax(-1)}
        app.tensors |= {"target": torch.tensor([5, 299])}
        app.answer()
        pane.sample = 1
        pane.kind = "raw"
        await until(pilot, lambda: "299" in shown(pane))
        lines = shown(pane).split("\n")
        assert "299" in lines[1] and lines[1].rstrip(" │").endswith("◀") and "298" in lines[2]
        assert "largest 14 of 1,000" in shown(pane)
        assert pane.cell == "output[1,299]"
        pane.sample = 0  # whose target is far from the largest
        await until(pilot, lambda: shown(pane).split("\n")[-2].split()[1] == "5")
        last = shown(pane).split("\n")[-2]
        assert "◀" in last and f"{abs(float(logits[0, 5])):.4f}" in last


async def test_a_sequence_has_an_output_at_each_position() -> None:
    pane = OutputPane(id="output")
    async with running(pane) as (app, pilot):
        output = torch.zeros(2, 5, 4)
        output[1, 4, 2], output[1, 3, 1] = 7.0, 6.0
        app.tensors |= {"output": output, "output.softmax": output.softmax(-1)}
        app.tensors |= {"target": torch.tensor([[0, 0, 0, 0, 0], [0, 0, 0, 1, 2]])}
        app.answer()
        pane.kind = "raw"
        pane.sample = 1
        await until(pilot, lambda: "7.000 ◀" in shown(pane))
        assert "position 4 of 5" in shown(pane)
        pane.chosen = 2
        assert pane.cell == "output[1,4,2]"
        pane.position = 3
        await until(pilot, lambda: "6.000 ◀" in shown(pane))
        app.tensors["target"] = torch.tensor([1, 1])  # of the samples: no class of a position
        app.answer()
        await until(pilot, lambda: "6.000" in shown(pane) and "◀" not in shown(pane))


@pytest.mark.parametrize(
    ("output", "target", "sample", "seen"),
    [
        (torch.tensor([[1.5], [2.5]]), torch.tensor([[1.0], [2.0]]), 1, "2.500 → 2.000"),
        (torch.tensor([3.5, 4.5]), torch.tensor([1.0, 2.0]), 0, "4.500 → 2.000"),
        (torch.tensor(3.25), torch.tensor([1]), 0, "3.250"),
        (torch.arange(96.0).view(2, 3, 4, 4), torch.tensor([1, 2]), 1, "[2,3,3]"),
    ],
)
async def test_any_output_is_shown(output: Tensor, target: Tensor, sample: int, seen: str) -> None:
    pane = OutputPane(id="output")
    async with running(pane) as (app, pilot):
        app.tensors |= {"output": output, "output.softmax": output, "target": target}
        pane.kind = "raw"
        app.answer()
        pane.sample = sample
        await until(pilot, lambda: seen in shown(pane))


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


def test_bars_in_ascii_are_as_wide_as_their_room() -> None:
    """``inf``, ``->`` and ``<`` take as many columns as they have."""
    values, goals = np.array([math.inf, -2.0, 1.0]), np.array([0.0, 1.0, -math.inf])
    for beside in (None, goals):
        lines = [line.plain for line in bars(values, 1, beside, 40, True)]
        assert max(map(len, lines)) <= 40, lines
        numbers = [line.partition(" ->")[0].rstrip("< ") for line in lines]
        assert len(set(map(len, numbers))) == 1, lines


def test_a_readout_of_another_question_is_none() -> None:
    shape = (120, 400)
    request = readout_request("key", "fc", shape, (3, 4), None)
    view = make_view(MATRIX, request)
    found = readout(view, (3, 4), None)
    assert found is not None
    assert found.value == float(MATRIX[3, 4])
    assert (found.index, found.count) == ((3, 4), 1)
    assert readout(view, (3, 5), None) is None
