"""Text that can be read where a terminal has sixteen colours."""

from __future__ import annotations

from itertools import product

from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from lenet_tui.terminal.ui.readable import (
    BLACK_IN_BOLD,
    LEAST,
    READABLE,
    SIXTEEN,
    contrast,
    in_colours,
)

PAPER = Color(0, 0, 0)


def seen(ink: tuple[int, int, int], paper: tuple[int, int, int], *, bold: bool) -> float:
    """The contrast of a text as a terminal of sixteen colours shows it."""
    style = Style(color=RichColor.from_rgb(*ink), bgcolor=RichColor.from_rgb(*paper), bold=bold)
    [(_, made, _)] = READABLE["standard"].apply([Segment("text", style)], PAPER)
    assert made is not None and made.color is not None and made.bgcolor is not None
    system = ColorSystem.STANDARD
    return contrast(
        in_colours(made.color, system, bold=bool(made.bold)), in_colours(made.bgcolor, system)
    )


def test_what_is_bold_is_not_fainter_than_what_is_not() -> None:
    """Black in bold is grey, as is muted text: a light theme's titles would be lost among it."""
    for ink, paper in product(SIXTEEN, SIXTEEN):
        plain, bold = seen(ink, paper, bold=False), seen(ink, paper, bold=True)
        assert min(plain, bold) >= LEAST, (ink, paper)
        assert bold >= plain / 2, (ink, paper)
    assert seen((0, 0, 0), (255, 255, 255), bold=True) == 21


def test_the_terminals_own_black_is_not_grey_in_bold() -> None:
    ink = Style(color=RichColor.from_ansi(0), bgcolor=RichColor.from_ansi(7), bold=True)
    blue = Style(color=RichColor.from_ansi(4), bold=True)
    made = BLACK_IN_BOLD.apply(
        [Segment("row", ink), Segment("blue", blue), Segment("plain")], PAPER
    )
    assert [bool(style and style.bold) for _, style, _ in made] == [False, True, False]
    assert [text for text, _, _ in made] == ["row", "blue", "plain"]
