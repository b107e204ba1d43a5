"""The inspector's table: order, folding, and the lines it takes."""

from __future__ import annotations

import re

import pytest

from lenet_tui.explain.explanation import Explain
from tests.explain.test_inspector import largest, opened, place
from tests.harness.running_app import running

HEAD = re.compile(r"(\S+) = (\S+)   ")


@pytest.mark.slow
async def test_order_unfolding_and_the_central_difference() -> None:
    async with running((80, 24)) as run:
        pane = await opened(run)
        first = next(line for line in run.lines if "▸" in line)
        assert place(largest(pane)[0]) in first
        await run.press("i")
        assert "[0,0,4,5]" in next(line for line in run.lines if "▸" in line)
        assert "largest first" in run.text
        await run.press("D")
        assert "only a parameter's gradient" in run.text
        await run.press("end", "enter", "end")
        assert "more terms" not in run.text and "sum of 26" in run.text
        await run.press("escape")
        run.app.main.choose("conv1.weight", "gradient")
        await run.settle()
        await run.press("e", "e", "D")
        assert run.engine.asked(Explain)[-1].check
        run.app.clear_notifications()
        await run.settle()
        assert "central difference in float64" in run.text
        assert pane.found is not None


@pytest.mark.slow
async def test_a_formulas_index_is_never_broken_and_the_op_is_named_before_the_rank() -> None:
    async with running((80, 24)) as run:
        pane = await opened(run)
        pane.open("conv1.weight.grad[0,0,2,3]")
        await run.settle()
        assert pane.found is not None and pane.found.rank >= 100
        assert "ConvolutionBackward0" in run.text and f"{pane.found.rank} of 150 by |x|" in run.text
        assert "input[n,c, h + i, w + j]" in run.text
        assert "so far" in run.text


@pytest.mark.slow
async def test_very_many_terms_come_on_demand() -> None:
    async with running() as run:
        pane = await opened(run)
        visit = pane.history.here
        assert visit is not None
        visit.most = 10
        await run.press("f", "end")
        assert "more terms" in run.text
        await run.press("enter")
        assert visit.most > 10 and pane.found is not None
        assert len(pane.found.terms) == 26 and pane.found.left == 0


@pytest.mark.slow
async def test_many_terms_after_few_take_the_lines_they_need() -> None:
    async with running() as run:
        pane = await opened(run, "fc1.bias", 2)
        few = pane.table.size.height
        pane.open("fc2.relu.grad[0,5]")
        await run.settle()
        assert pane.has_class("-short")
        assert pane.table.size.height == 1 + 10 + 1
        assert "sum of 10 in float64" in run.text and "[0,9]" in run.text
        pane.open("fc1.bias[2]")
        await run.settle()
        assert pane.table.size.height == few
