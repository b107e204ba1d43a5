"""The small screen: a step's meaning at a glance, the line that runs, and the way to the rest."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch
from rich.cells import cell_len

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.panes.glance import GlancePane, outcome, outcome_lines
from lenet_tui.kit.ui.glyphs import UNICODE
from lenet_tui.protocol.frame import Samples
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.moves import Set
from lenet_tui.tensors.engine.reduce import make_view
from tests.harness.pane_app import running as pane_running
from tests.harness.pane_app import shown, until
from tests.harness.running_app import Running, running


@pytest.fixture
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half-blocks, wherever the tests run."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.usefixtures("truecolor")
async def test_a_step_is_understood_at_80_by_24() -> None:
    async with running((80, 24)) as run:
        text = run.text
        for hint in ("4 input", "5 output", "6 loss", "7 code"):
            assert hint in text
        assert "net = Net().to(device)" in text  # what ran last
        await run.press("s", "s")
        assert "▶ x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))" in run.text
        assert "Not computed yet" in run.text
        await run.press("n", "n")
        frame = run.app.main.frame
        assert frame is not None and frame.loss is not None
        text = run.text
        assert "▶ loss = criterion(output, target)" in text
        found = re.search(r"target (\d)", text)
        assert found and f"−log p({found[1]}) = {frame.loss:.3f}" in text and "predicted" in text
        digit = [line[42:52] for line in run.lines[18:22]]
        assert sum(sum(c in "▀▄" for c in line) for line in digit) > 8, digit
        assert all(len(line) == 80 for line in run.lines)


@pytest.mark.slow
async def test_the_hints_open_their_panes() -> None:
    async with running((80, 24)) as run:
        await run.press("n")
        y = len(run.lines) - 2
        await run.pilot.click(offset=(run.lines[y].index("5 output") + 3, y))
        await run.settle()
        assert "probabilities" in run.text and "Layers" not in run.text


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_a_glance_at_a_picture_in_few_cells(ascii_only: bool) -> None:
    pane = GlancePane(Losses(), id="glance")
    async with pane_running(pane, ascii_only=ascii_only) as (app, pilot):
        if ascii_only:
            pane.styles.border = ("ascii", "white")
        picture = torch.full((2, 1, 32, 32), -1.0)
        picture[1, 0, :, 8:16] = 1.0
        app.tensors |= {
            "input": picture,
            "output": torch.tensor([[0.0, 3.0], [2.0, 0.0]]),
            "target": torch.tensor([1, 1]),
        }
        app.answer()
        await until(pilot, lambda: "predicted 1" in shown(pane))
        pane.sample = 1
        await until(pilot, lambda: "predicted 0" in shown(pane))
        text = shown(pane)
        assert "sample 1 of 2" in text and "{ }" in text
        assert "log p(1) = 2.127" in text
        if ascii_only:
            assert text.isascii() and "::" in text


async def test_without_a_picture_or_classes_there_is_what_there_is() -> None:
    pane = GlancePane(Losses(), id="glance")
    async with pane_running(pane) as (app, pilot):
        app.tensors |= {
            "input": torch.zeros(1, 7),
            "output": torch.tensor([[0.0, 3.0]]),
            "target": torch.tensor([[0.5, 1.0]]),
        }
        app.answer()
        await until(pilot, lambda: "output[1]  3.000 → 1.000" in shown(pane))


def test_an_outcome_agrees_with_torch_and_has_no_minus_zero() -> None:
    output = torch.tensor([0.3, -1.0, 80.0, 2.0])
    for wanted in range(4):
        found = outcome(output.double().numpy(), wanted)
        assert found is not None
        expected = torch.nn.functional.cross_entropy(output.double(), torch.tensor(wanted))
        assert found.target[2] == pytest.approx(float(expected), abs=1e-12)
        assert math.copysign(1, found.target[2]) == 1
    assert outcome(np.array([math.nan, 1.0]), 5) is None
    odd = outcome(np.array([math.nan, 1.0]), 0)
    assert odd is not None
    assert "NaN" in outcome_lines(odd, words("en"), UNICODE)[0].plain


def test_a_mean_view_is_the_mean_of_its_blocks() -> None:
    pane = GlancePane(Losses(), id="glance")
    pane._shape = (3, 2, 9, 8)
    request = pane._picture_request("glance", 2)
    assert (request.first, request.rows, request.cols) == (4, 5, 4)
    tensor = torch.rand(3, 2, 9, 8)
    view = make_view(tensor, request)
    assert view.levels is not None and view.scale is not None
    first = float(tensor[2, 0, :2, :2].mean()) / view.scale.limit * 250
    assert abs(int(view.levels[0, 0, 0]) - first) <= 1
    last = float(tensor[2, 0, 8:, 6:].mean()) / view.scale.limit * 250
    assert abs(int(view.levels[0, -1, -1]) - last) <= 1


@pytest.mark.slow
async def test_the_sample_is_chosen_for_all_panes() -> None:
    async with running((120, 40)) as run:
        await run.press("right_curly_bracket")
        assert "the batch has one sample only" in run.text
        run.app.main.move(Set("batch-size", 16))
        await run.settle()
        await run.press("n")
        assert shows(run, 0) and run.text.count("{ } sample") == 2
        await run.press("right_curly_bracket", "right_curly_bracket", "left_curly_bracket")
        assert shows(run, 1)
        panes = run.app.main.body
        assert panes.tensor.sample == panes.gradient.sample == panes.glance.sample == 1
        await run.press("left_curly_bracket", "left_curly_bracket")
        assert shows(run, 15)
        await run.press("5", "right")
        assert shows(run, 0)


def shows(run: Running, sample: int) -> bool:
    """Whether input and output show a sample of 16, by whole numbers in their titles."""
    above, below = (next(x for x in run.lines if name in x) for name in ("─ Input", "─ Output"))
    return f"  {sample}/16 ─" in above and f"  {sample}/16  " in below and "right" in below


@pytest.mark.slow
async def test_every_size_without_room_for_all_has_the_glance() -> None:
    async with running((60, 20)) as run:
        await run.press("n", "n")
        for size in ((60, 20), (120, 24), (80, 23), (100, 40)):
            await run.pilot.resize_terminal(*size)
            await run.settle()
            text = run.text
            assert "predicted" in text and "log p" in text and "4 input" in text, size
            panes = run.app.main.visible_panes()
            assert all(pane.content_size.height >= 3 for pane in panes), size
            assert ("▶ loss = criterion(output, target)" in text) or size[1] >= 34


def test_a_class_that_has_a_name_is_called_by_it_as_far_as_there_is_room() -> None:
    found = outcome(np.array([0.0, 3.0, 1.0]), 2)
    assert found is not None
    named = Samples(names=("ant", "bee", "caterpillar"))
    plain = [line.plain for line in outcome_lines(found, words("en"), UNICODE)]
    least = max(map(cell_len, plain))
    whole = [line.plain for line in outcome_lines(found, words("en"), UNICODE, named, least + 20)]
    assert "target 2 caterpillar " in whole[0] and "predicted 1 bee " in whole[1]
    for room in range(least, least + 20):
        lines = outcome_lines(found, words("en"), UNICODE, named, room)
        assert max(line.cell_length for line in lines) <= room
    assert [
        line.plain for line in outcome_lines(found, words("en"), UNICODE, named, least)
    ] == plain
