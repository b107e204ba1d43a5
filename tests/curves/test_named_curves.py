"""The training view of a step that has several losses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lenet_tui.curves.ui.chart_pane import ChartPane
from lenet_tui.protocol.options import resolve
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.numbers import number
from tests.curves.test_training_view import trained
from tests.harness.plain_loop import FILES
from tests.harness.running_app import running
from tests.training.test_named_losses import BOTH, gan, plain


@pytest.mark.slow
async def test_each_loss_of_a_step_that_has_several_is_a_curve_by_itself(tmp_path: Path) -> None:
    options = resolve("", device="cpu", model=str(gan(tmp_path)))
    wanted = plain(tmp_path / "named_gan.py", 12)[-1]
    said = "  ".join(f"{n} {number(v)}" for n, v in zip(BOTH, wanted, strict=True))
    async with running((80, 24), options=options) as run:
        await trained(run, 12)
        for lang in ("en", "zh"):
            assert run.app.words.language == lang
            pane = run.app.main.query_one("#chart-loss", ChartPane)
            assert "1 loss_d  2 loss_g" in str(pane.border_title)
            assert said in str(pane.border_subtitle)
            rows = [line.plain[7:] for line in pane.query_one(LineWidget).lines[:-1]]
            assert {"1", "2"} <= set("".join(rows)), "told apart without colours"
            await run.press("L")


@pytest.mark.slow
async def test_a_loss_in_no_variable_is_called_by_its_line() -> None:
    options = resolve("", device="cpu", model=str(FILES / "gan.py"))
    async with running((120, 40), options=options) as run:
        await trained(run, 6)
        title = str(run.app.main.query_one("#chart-loss", ChartPane).border_title)
        assert re.search(r"1 line \d+  2 line \d+  3 line \d+", title)
