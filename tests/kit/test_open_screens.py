"""An answer that comes when its screen is being left finds no widgets, and is dropped."""

from __future__ import annotations

from lenet_tui.kit.ui.open_screens import is_open
from tests.harness.running_app import running


async def test_a_screen_that_is_left_is_open_no_longer_though_it_is_still_attached() -> None:
    async with running((80, 24)) as run:
        await run.press("o")
        screen = run.app.screen
        inner = screen.query("*").last()
        assert is_open(screen) and is_open(inner) and is_open(run.app.main)
        screen.dismiss(None)
        assert screen.is_attached and not is_open(screen) and not is_open(inner)
        await run.settle()
        assert not is_open(screen)
