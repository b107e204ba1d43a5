"""Another theme while the app runs: pictures and legends are those of the new one at once."""

from __future__ import annotations

import pytest

from lenet_tui.protocol.messages import Subscription
from lenet_tui.tensors.layout import arrange
from lenet_tui.tensors.ui.heatmap.legend import bar
from lenet_tui.tensors.ui.tensor_pane import TensorPane
from tests.harness.running_app import Running, running


@pytest.fixture(autouse=True)
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


def check(run: Running, pane: TensorPane) -> None:
    """The picture uses the room there is, as high as in the pane beside it; its legend fits."""
    heatmap = pane.heatmap
    shown = heatmap.arrangement
    assert shown is not None
    room = heatmap.ink.room(*pane._picture_size())
    assert shown == arrange(shown.shape, room, kernels=True), pane.id
    asked = run.engine.commands(Subscription)[-1].views
    assert any((v.rows, v.cols) == shown.pixels for v in asked if v.key == pane.id)
    line = pane._entitled[1]
    assert line is not None
    ends = [bar(heatmap.ink, 3).spans[end].style for end in (0, -1)]
    assert {s.style for s in line.spans} >= set(ends), pane.id


@pytest.mark.slow
async def test_pictures_and_legends_follow_the_theme() -> None:
    async with running((120, 40)) as run:
        await run.press("n", "n", "n", "n")
        for theme in ("ansi-dark", "ansi-light", "textual-light", "textual-dark", "ansi-light"):
            run.app.theme = theme
            await run.settle()
            check(run, run.app.main.tensor)
            check(run, run.app.main.gradient)
