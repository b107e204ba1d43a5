"""Chinese characters, two columns wide, where panes below a notice begin and end."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from lenet_tui.terminal.ui.once import Once
from lenet_tui.terminal.ui.private.cell_diff import CellDiffApp
from lenet_tui.terminal.ui.private.partial_compositor import PartScreen, PartUpdate

SIZE = (60, 24)


def over_another() -> ComposeResult:
    with Horizontal():
        yield from (Static("below " * 20) for _ in range(8))
    yield Static("其输入为 16，范围从零到一，各自撤销\n一个字也不能少一个字也不能少", id="notice")


class Said(Once[None]):
    compose = staticmethod(over_another)


class OverAnother(CellDiffApp[None]):
    """A notice in Chinese over panes that begin and end anywhere below it."""

    CSS = """
    Screen { layers: below above; align: left top; }
    Horizontal { layer: below; height: 1fr; }
    Horizontal Static { width: 7; height: 1fr; }
    #notice { layer: above; width: 40; height: 2; offset: 5 2; }
    """
    compose = staticmethod(over_another)

    def get_default_screen(self) -> Screen[object]:
        return PartScreen()


@pytest.mark.parametrize("dialog", [False, True])
async def test_no_wide_character_is_lost_where_a_pane_below_it_ends(dialog: bool) -> None:
    async with OverAnother().run_test(size=SIZE) as pilot:
        if dialog:
            await pilot.app.push_screen(Said())
        await pilot.pause()
        shown = [strip.text for strip in pilot.app.screen._compositor.render_strips()]
        for text in ("其输入为 16，范围从零到一，各自撤销", "一个字也不能少一个字也不能少"):
            assert any(text in line for line in shown), shown
        assert {Strip([Segment(line)]).cell_length for line in shown} == {SIZE[0]}


@pytest.mark.parametrize("part", range(8))
async def test_no_wide_character_is_lost_where_a_pane_below_it_is_painted_again(part: int) -> None:
    """Its edges lie below a character; the notice itself has not changed."""
    async with OverAnother().run_test(size=SIZE) as pilot:
        await pilot.pause()
        compositor = pilot.app.screen._compositor
        whole = [strip.text for strip in compositor.render_strips()]
        pane = [*pilot.app.query("Horizontal Static")][part]
        pane.refresh()
        compositor.update_widgets({pane})
        update = compositor.render_partial_update()
        assert isinstance(update, PartUpdate) and update.pieces
        for y, x, strip in update.pieces:
            cells = [c for char in whole[y] for c in (char, "")[: cell_len(char)]]
            assert strip.text == "".join(cells[x : x + strip.cell_length]), (y, x)
