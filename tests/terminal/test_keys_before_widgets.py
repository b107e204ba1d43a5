"""A key that comes before the widgets of a dialog are there does nothing, and ends nothing."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

from lenet_tui.terminal.ui.once import Once


class Late(Once[None]):
    """Its action needs a widget."""

    touched = 0

    def compose(self) -> ComposeResult:
        yield Static("picture")

    def action_touch(self) -> None:
        self.touched += bool(self.query_one(Static))


async def test_an_action_waits_for_no_widget_and_misses_none() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        screen = Late()
        opening = app.push_screen(screen)
        assert not await app.run_action("touch", screen)
        await opening
        await pilot.pause()
        assert await app.run_action("touch", screen)
        assert screen.touched == 1 and app.screen is screen
