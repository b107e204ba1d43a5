"""The options dialog draws a schedule before it is used."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from tests.harness.running_app import running


@pytest.mark.parametrize("ascii", [pytest.param(False, marks=pytest.mark.slow), True])
async def test_a_schedule_is_drawn_while_it_is_typed(ascii: bool) -> None:
    async with running((80, 24), ascii=ascii) as run:
        await run.press("o")
        screen = run.app.screen
        drawn = screen.query_one("#schedule-picture", Static)
        assert not str(drawn.content)
        screen.query_one("#schedule", Input).value = "cosine:200"
        await run.settle()
        lines = str(drawn.content).split("\n")
        assert lines[0].startswith("0.0100") and lines[-1].split() == ["1", "200"]
        assert ("*" in lines[0]) == ascii
        assert "Apply" in run.text and "escape close" in run.text
        screen.query_one("#lr", Input).value = "0.5"
        await run.settle()
        assert str(drawn.content).startswith("0.500")
        screen.query_one("#schedule", Input).value = "cosine:2x"
        await run.settle()
        assert not str(drawn.content)
