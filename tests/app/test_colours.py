"""Every cell of the whole screen, in themes and terminals of all kinds, can be read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.widgets import OptionList

from lenet_tui.protocol.options import Options
from lenet_tui.terminal.ui.readable import contrast, has_text, in_colours
from tests.harness.running_app import Running, running

THEMES = ("textual-dark", "textual-light", "nord", "ansi-dark", "ansi-light")
DEPTHS = {
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "256": {"TERM": "xterm-256color"},
    "16": {"TERM": "xterm"},
    "none": {"TERM": "xterm-256color", "NO_COLOR": "1"},
    "ascii": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
}
SYSTEMS = {
    "truecolor": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "standard": ColorSystem.STANDARD,
}
SHADES = set("░▒▓")
FAINTEST, LINES = 3.0, 1.5
"""The contrast of the faintest text, and of borders."""


def cells(run: Running) -> Iterator[tuple[int, str, Style]]:
    """Each text of one style on the screen, with its line."""
    for y, strip in enumerate(run.app.screen._compositor.render_strips()):
        for text, style, _ in strip:
            yield y, text, style or Style.null()


def is_set(color: Color | None) -> bool:
    return color is not None and not color.is_default


def check(run: Running, depth: str, theme: str) -> None:
    system = SYSTEMS[run.app.console.color_system or "truecolor"]
    own = run.app.native_ansi_color
    for y, text, style in cells(run):
        where = (depth, theme, y, text, str(style))
        fore, back = is_set(style.color), is_set(style.bgcolor)
        if not has_text(text) and not text.strip():
            continue  # a blank has no ink
        if own and depth == "none":
            assert not fore and not back, where
        elif own and not back:
            # A theme of the terminal's own colours: its ink, or one of its sixteen, on its paper.
            assert not fore or (style.color and style.color.number is not None), where
            assert not fore or not SHADES & set(text), where
            continue
        assert fore == back, where
        if fore and has_text(text) and style.color and style.bgcolor and not own:
            found = contrast(
                in_colours(style.color, system, bold=bool(style.bold)),
                in_colours(style.bgcolor, system),
            )
            assert found >= (FAINTEST if any(map(str.isalnum, text)) else LINES), (found, *where)


def see(run: Running) -> None:
    """The digit, the kernels and all that is written are on the screen."""
    assert "Input" in run.text or "At a glance" in run.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "depth",
    [d if d == "truecolor" else pytest.param(d, marks=pytest.mark.slow) for d in DEPTHS],
)
async def test_ink_and_paper_are_set_together(depth: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in DEPTHS[depth].items():
        monkeypatch.setenv(name, value)
    async with running((120, 40), ascii=depth == "ascii") as run:
        await run.press("n", "n", "n", "s", "s", "s", "2", "right")
        for theme in THEMES:
            run.app.theme = theme
            await run.settle()
            check(run, depth, theme)
            see(run)


async def test_a_stop_is_read_on_any_paper_in_a_terminals_own_colours() -> None:
    """Yellow and cyan, which such a theme has for warnings and parameters, are lost on white."""
    async with running((80, 24), theme="ansi-dark", options=Options(lr=1e8)) as run:
        await run.press("c")
        marked = [style for _, text, style in cells(run) if "stopped" in text]
        named = [style for _, text, style in cells(run) if "bias" in text]
        assert marked and named
        for style in (*marked, *named):
            assert style.color is None or style.color.is_default, style


async def test_the_line_chosen_in_a_list_is_seen_without_colour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a terminal's own colours none is left to tell it by; Textual leaves ``reverse`` out."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with running((80, 24), theme="ansi-dark") as run:
        await run.press("n", "!", "p")
        listed = run.app.screen.query_one("#findings-ledger", OptionList)
        assert listed.highlighted is not None
        chosen, others = (
            {bool(s.style and s.style.underline) for s in listed.render_line(y) if s.text.strip()}
            for y in (listed.highlighted, listed.highlighted + 1)
        )
        assert (chosen, others) == ({True}, {False})
