"""A pane's border is painted again where its texts have changed, and nowhere else."""

from __future__ import annotations

import pytest
from textual.content import Content
from textual.widget import Widget

from lenet_tui.kit.ui import pane as pane_module
from tests.harness.running_app import running


async def test_a_text_that_is_as_before_is_not_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    set_now: list[tuple[str | None, str | None]] = []

    def setting(_: Widget, title: Content | None, subtitle: Content | None) -> None:
        plain = [None if text is None else text.plain for text in (title, subtitle)]
        set_now.append((plain[0], plain[1]))

    async with running() as run:
        pane = run.app.main.visible_panes()[0]
        pane.entitle("one", "")
        monkeypatch.setattr(pane_module, "set_border_titles", setting)
        pane.entitle("one", "")
        pane.entitle("two", "")
        pane.entitle("two", "below")
        pane.entitle("two", "")
    assert set_now[:4] == [(None, None), ("two", None), (None, "below"), (None, "")]
