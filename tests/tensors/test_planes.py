"""Planes of operands: what their cells look like."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from textual.app import App, ComposeResult

from lenet_tui.tensors.ui.plane_view import PlaneView
from lenet_tui.terminal.ui.readable import SIXTEEN, contrast, in_colours


class OnePlane(App[None]):
    def compose(self) -> ComposeResult:
        yield PlaneView("plane")


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "nord"])
async def test_of_sixteen_colours_two_say_the_sign(
    theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scale of many colours comes to white, cyan, yellow and red there, which nobody explains."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    app = OnePlane()
    app.console._color_system = ColorSystem.STANDARD
    async with app.run_test():
        app.theme = theme
        plane = app.query_one(PlaneView)
        plane._limit = 1.0
        inks: dict[int, set[tuple[int, int, int]]] = {}
        for value in (-1.0, -0.3, 0.0, 0.3, 1.0):
            style = plane._heat(value)
            assert style is not None and style.color is not None and style.bgcolor is not None
            ink, paper = (
                in_colours(colour, ColorSystem.STANDARD) for colour in (style.color, style.bgcolor)
            )
            assert ink in SIXTEEN and contrast(ink, paper) >= 3
            inks.setdefault((value > 0) - (value < 0), set()).add(ink)
        assert [len(found) for found in inks.values()] == [1, 1, 1]
        assert len(set.union(*inks.values())) == 3
