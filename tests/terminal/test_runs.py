"""Lines of runs are drawn as Textual's content with the same pieces is, whatever filters them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rich.style import Style
from textual.content import Content
from textual.filter import LineFilter, Monochrome
from textual.geometry import Region
from textual.strip import Strip

from lenet_tui.kit.ui.pane import Pane
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.terminal.ui.readable import BLACK_IN_BOLD, READABLE
from lenet_tui.terminal.ui.runs import Runs
from tests.harness.running_app import running

PIECES = [
    ("  1.50 ", "$foreground-muted"),
    ("⠉⠒⠤", "$primary"),
    ("   ", ""),
    ("▀▄", "$primary"),
    ("●", "bold $text-warning"),
    ("!", "bold $text-error"),
    ("⣿⣿", "$foreground-disabled"),
]
FILTERS: dict[str, Sequence[LineFilter]] = {
    "none": (),
    "256": (READABLE["256"],),
    "16": (READABLE["standard"], BLACK_IN_BOLD),
    "grey": (Monochrome(),),
}


def cells(strips: Sequence[Strip]) -> list[tuple[str, Style | None]]:
    """Each character with its style; that of a blank is its background alone."""
    return [
        (char, style if char != " " or style is None else style.background_style)
        for strip in strips
        for text, style, _ in strip
        for char in text
    ]


@pytest.mark.parametrize("filters", FILTERS)
async def test_they_look_like_content(filters: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as run:
        widget = run.app.main.query_one("#loss", Pane).query_one(LineWidget)
        monkeypatch.setattr(widget, "get_line_filters", lambda: FILTERS[filters])
        width = sum(len(text) for text, _ in PIECES)
        whole = Region(0, 0, widget.outer_size.width, 2)
        drawn = []
        for line in (
            Runs(tuple(PIECES), width),
            Runs((*PIECES, (" " * (widget.size.width - width), "")), widget.size.width),
            Content.assemble(*PIECES),
        ):
            widget.put([line, line])
            drawn.append(cells(widget.render_lines(whole)))
        assert drawn[0] == drawn[2]
        assert drawn[1] == drawn[2]
        assert any(char == "●" for char, _ in drawn[0])
