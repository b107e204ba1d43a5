"""Who is told of a new size."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.geometry import Size
from textual.widgets import Static

from lenet_tui.terminal.ui.private.cell_diff import CellDiffApp
from lenet_tui.terminal.ui.private.partial_compositor import PartScreen


class Sized(Static):
    """Notes the sizes that it is told of."""

    DEFAULT_CSS = "Sized { width: 30; height: 5; }"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Size] = []

    def on_resize(self) -> None:
        self.told.append(self.size)


class SizedScreen(PartScreen[None]):
    """Two widgets, the second of which is hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.seen, self.hidden = Sized(), Sized()

    def compose(self) -> ComposeResult:
        self.hidden.display = False
        yield from (self.seen, self.hidden)


async def test_who_asks_where_a_widget_is_takes_no_size_from_it() -> None:
    """Between a change and its layout the mouse may ask, or a frame. A heatmap that is not told its
    size stays blank.
    """
    screen = SizedScreen()
    async with CellDiffApp[None]().run_test(size=(60, 24)) as pilot:
        await pilot.app.push_screen(screen)
        await pilot.pause()
        for width in (20, 25):
            screen.seen.styles.width = screen.hidden.styles.width = width
            while screen.seen.region.width != width:  # asked until it is known, before the layout
                screen._compositor.update_widgets({screen.hidden})
                await asyncio.sleep(0)
            assert screen.seen.told[-1].width != width
            await pilot.pause()
            assert screen.seen.told[-1] == (width, 5)
