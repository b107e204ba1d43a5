"""The titles of the charts say what each mark is of, however narrow the chart is."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenet_tui.app.all_words import words
from lenet_tui.curves.ui.chart_pane import ChartPane
from lenet_tui.protocol.options import Options
from tests.harness.running_app import running


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_beside_another_run_it_is_still_said_what_each_mark_is_of(
    lang: str, tmp_path: Path
) -> None:
    (tmp_path / "other.csv").write_text("epoch,loss,val_loss\n0,2.2,2.1\n1,2.0,1.9\n")
    async with running((80, 24), options=Options(batch_size=256), lang=lang) as run:
        assert words(lang)("status.batch", n=256) in run.text.splitlines()[0]
        await run.press("V", "f", "E", "M", *str(tmp_path / "other.csv"), "enter")
        loss = run.app.main.query_one("#chart-loss", ChartPane)
        for _ in range(200):
            await run.pilot.pause(0.01)
            if "a/A" in str(loss.border_title):
                break
        title = str(loss.border_title)
        assert "other.csv" in title and "…" not in title
        for sign, key in (("━", "batch"), ("○", "trained"), ("●", "test")):
            whole, brief = (f"{sign} {words(lang)(f'curves.{key}{b}')}" for b in ("", ".brief"))
            assert whole in title or brief in title, title


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_in_a_narrow_chart_it_is_said_what_each_mark_is_of(lang: str) -> None:
    async with running((80, 24), options=Options(batch_size=256), lang=lang) as run:
        await run.press("t", "escape", "V", "f", "E")
        for kind, keys in (("loss", ("batch", "trained", "test")), ("accuracy", ("test",))):
            chart = run.app.main.query_one(f"#chart-{kind}", ChartPane)
            chart.styles.width = 33
            await run.settle()
            for key in keys:
                assert words(lang)(f"curves.{key}.brief") in str(chart.border_title)
