"""Another theme while the app runs: pictures and legends are those of the new one at once."""

from __future__ import annotations

import pytest

from lenet_tui.protocol.messages import Subscription
from lenet_tui.tensors.layout import arrange
from lenet_tui.tensors.ui.heatmap.legend import STEPS, LegendLine, bar
from lenet_tui.tensors.ui.tensor_pane import TensorPane
from tests.harness.running_app import Running, running


@pytest.fixture(autouse=True)
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


def check(run: Running, pane: TensorPane) -> None:
    """The picture uses the room there is, the legend shows the picture's own colours."""
    heatmap = pane.heatmap
    shown = heatmap.arrangement
    assert shown is not None
    assert shown == arrange(shown.shape, heatmap.room, kernels=True), pane.id
    asked = run.engine.commands(Subscription)[-1].views
    assert any((v.rows, v.cols) == shown.pixels for v in asked if v.key == pane.id)
    (line,) = pane.query_one(LegendLine).lines
    scale = bar(heatmap.ink, STEPS[heatmap.ink.half_blocks][0])
    assert scale.plain in line.plain
    assert [s.style for s in line.spans] == [s.style for s in scale.spans], pane.id


@pytest.mark.slow
async def test_pictures_and_legends_follow_the_theme() -> None:
    async with running((120, 40)) as run:
        await run.press("n", "n", "n", "n")
        for theme in ("ansi-dark", "ansi-light", "textual-light", "textual-dark", "ansi-light"):
            run.app.theme = theme
            await run.settle()
            check(run, run.app.main.tensor)
            check(run, run.app.main.gradient)
