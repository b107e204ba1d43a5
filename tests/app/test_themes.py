"""Text can be read in every theme."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from lenet_tui.app.ui.themes import GROUNDS, READABLE, TEXTS, contrast, readable
from tests.harness.running_app import running


def test_contrast_is_that_of_the_standard() -> None:
    black, white = Color(0, 0, 0), Color(255, 255, 255)
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(Color(118, 118, 118), white) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", [n for n, theme in BUILTIN_THEMES.items() if not theme.ansi])
def test_every_text_has_enough_contrast_and_keeps_a_colour_that_has(name: str) -> None:
    variables = BUILTIN_THEMES[name].to_color_system().generate()
    made = readable(variables)
    for text in TEXTS:
        grounds = [Color.parse(variables[ground]) for ground in GROUNDS]
        assert min(contrast(Color.parse(made[text]), g) for g in grounds) >= READABLE
        own = grounds[0] + Color.parse(variables[text])
        if min(contrast(own, g) for g in grounds) >= READABLE:
            assert Color.parse(made[text]) == own


@pytest.mark.slow
async def test_the_app_uses_them() -> None:
    async with running(theme="textual-light") as run:
        muted = Color.parse(run.app.get_css_variables()["foreground-muted"])
        assert muted.a == 1 and contrast(muted, Color.parse("#D8D8D8")) > 4
