"""Palettes, inks and drawings, without an app."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
import torch
from rich.cells import cell_len
from rich.color import Color
from textual.strip import Strip
from torch import Tensor

from lenet_tui.app.all_words import words
from lenet_tui.protocol.views import View
from lenet_tui.tensors.arrangement import Arrangement
from lenet_tui.tensors.engine.reduce import make_view
from lenet_tui.tensors.layout import arrange
from lenet_tui.tensors.ui.captions import block, tiles
from lenet_tui.tensors.ui.heatmap.drawing import Drawing, draw
from lenet_tui.tensors.ui.heatmap.ink import KINDS, Ink, Surface, ink_for
from lenet_tui.tensors.ui.heatmap.legend import legend
from lenet_tui.terminal.ui.readable import contrast

BLACK = Color.from_rgb(0, 0, 0)
EN = words("en")
TRUECOLOR = Surface("truecolor", True, False, BLACK)
SURFACES = [
    Surface(colours, dark, ascii_only, BLACK)
    for colours in ("truecolor", "256", "16", "own", "none")
    for dark in (True, False)
    for ascii_only in (True, False)
]


@dataclass(frozen=True)
class Picture:
    view: View
    layout: Arrangement
    ink: Ink
    drawing: Drawing

    @property
    def lines(self) -> list[Strip]:
        return [self.drawing.line(y) for y in range(10)]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def picture(values: Tensor, surface: Surface = TRUECOLOR, width: int = 30, top: int = 0) -> Picture:
    """``values`` drawn in ``width`` × 10 cells."""
    signed = bool((values < 0).any())
    ink = ink_for(surface, "signed" if signed else "unsigned")
    shape = tuple(values.shape)
    layout = arrange(shape, ink.room(width, 10), kernels=len(shape) == 4, top=top)
    view = make_view(values, layout.request("key", "name"))
    return Picture(view, layout, ink, draw((view, layout), ink, width, 10))


def ids(surface: Surface) -> str:
    dark = "dark" if surface.dark else "light"
    return f"{surface.colours}-{dark}{'-ascii' if surface.ascii else ''}"


@pytest.fixture(params=SURFACES, ids=ids)
def surface(request: pytest.FixtureRequest) -> Surface:
    found: Surface = request.param
    return found


ODD = [
    torch.zeros(4, 4),
    torch.tensor(3.0),
    torch.tensor([[2.0]]),
    torch.randn(120, 400),
    torch.randn(1000),
    torch.randn(16, 6, 5, 5),
    torch.randn(1, 6, 28, 28).relu(),
    torch.empty(0, 3),
    torch.tensor([[math.nan, math.inf], [-math.inf, 0.0]]),
]


@pytest.mark.parametrize("values", ODD, ids=lambda t: str(tuple(t.shape)))
def test_lines_fill_their_width_whatever_is_drawn(values: Tensor) -> None:
    for surface in SURFACES:
        for width in (1, 2, 7, 30):
            shown = picture(values, surface, width)
            for line in shown.lines:
                assert line.cell_length == width == cell_len(line.text)
            if surface.ascii:
                assert shown.text.isascii()


def test_odd_numbers_have_their_own_glyphs(surface: Surface) -> None:
    values = torch.tensor([[math.nan, math.inf, -math.inf, 1.0, -1.0]])
    marks = "X^v" if surface.ascii else "╳▲▼"
    shown = picture(values, surface).text
    assert [mark for mark in marks if mark in shown] == list(marks)
    rest = picture(torch.tensor([[1.0, -1.0]]), surface).text
    assert not any(mark in rest for mark in marks)


def test_a_nan_beside_a_number_in_one_cell_is_seen() -> None:
    values = torch.zeros(20, 30)
    values[7, 3] = math.nan
    shown = picture(values)
    assert shown.layout.zoom == (1, 1)
    assert shown.lines[3].text[3] == "╳"


@pytest.mark.parametrize("colours", ["16", "own", "none"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_sign_is_seen_without_colour(colours: str, ascii_only: bool) -> None:
    few = Surface(colours, True, ascii_only, BLACK)
    values = torch.tensor([[1.1, -1.1, 0.5, -0.5, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
    lines = picture(values, few, width=10).lines
    minus, full, half = ("-", "#", ":") if ascii_only else ("−", "█", "▒")
    assert lines[0].text == f"+{full}{minus}{full}+{half}{minus}{half}  "
    assert lines[1].text == " " * 10


@pytest.mark.parametrize("colours", ["truecolor", "256", "16", "own", "none"])
@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("ascii", [True, False])
def test_ink_and_background_are_set_together_or_neither_is(
    colours: str, dark: bool, ascii: bool
) -> None:
    """Else marks in the terminal's own ink vanish on a background of ours."""
    for background in (Color.default(), Color.from_rgb(18, 18, 18)):
        surface = Surface(colours, dark, ascii, background)
        for kind in KINDS:
            ink = ink_for(surface, kind)
            for code in range(ink.palette.blank + 4):
                text, style, _ = ink.segments[code if not ink.half_blocks else code * 2]
                assert style is not None and style.bgcolor is not None
                if text.strip() and not style.bgcolor.is_default:
                    assert style.color is not None and not style.color.is_default


def test_without_colours_there_are_none() -> None:
    shown = picture(torch.randn(5, 5), Surface("none", True, False, Color.default()))
    for line in shown.lines:
        for segment in line:
            style = segment.style
            assert style is None or style.color is None
            assert style is None or style.bgcolor is None or style.bgcolor.is_default


def test_signs_have_different_colours() -> None:
    few = Surface("16", True, False, BLACK)
    styles = [s.style for s in picture(torch.tensor([[1.0, -1.0], [0.0, 0.0]]), few, 4).lines[0]]
    assert styles[0] is not None
    assert styles[1] is not None
    assert styles[0].color != styles[1].color


def test_equal_neighbours_are_one_segment() -> None:
    sparse = torch.zeros(20, 30)
    sparse[4, 10] = 1.0
    lines = picture(sparse).lines
    assert len(list(lines[0])) == 1
    assert len(list(lines[2])) == 3


def test_two_pixels_stand_in_a_cell() -> None:
    values = torch.zeros(20, 30)
    values[0, 0], values[1, 1], values[2, 2], values[3, 2] = 1.0, 1.0, 1.0, 1.0
    shown = picture(values)
    full = Color.from_rgb(*shown.ink.palette.colours[-1])
    zero = Color.from_rgb(*shown.ink.palette.colours[0])
    first, second = list(shown.lines[0])[:2]
    assert first.style is not None
    assert second.style is not None
    # 0.95 of the scale: its last colour but one or the last.
    assert first.style.bgcolor == second.style.color == zero
    assert first.style.color == second.style.bgcolor != full
    assert shown.lines[1].text[2] == " "


def test_only_lines_that_changed_differ() -> None:
    values = torch.zeros(20, 30)
    before = picture(values)
    values[7, 3] = 1.0
    assert before.drawing.differing(picture(values).drawing) == [3]
    assert before.drawing.differing(before.drawing) == []
    assert before.drawing.differing(picture(values, width=31).drawing) is None


def test_the_cursor_marks_its_pixel(surface: Surface) -> None:
    shown = picture(torch.randn(20, 30), surface)
    index = shown.layout.index_at(3, 5)
    assert index is not None
    marked = picture_again(shown)
    marked.mark(shown.layout, [], index)
    line = 5 // shown.ink.room(30, 10).line
    assert shown.drawing.differing(marked) == [line]
    old, new = shown.drawing.line(line), marked.line(line)
    assert [str(s.style) for s in old] != [str(s.style) for s in new] or old.text != new.text


def test_a_region_is_marked_by_its_corners() -> None:
    shown = picture(torch.randn(20, 30))
    marked = picture_again(shown)
    marked.mark(shown.layout, [((2, 4), (9, 12))], None)
    lines = [marked.line(y).text for y in range(10)]
    assert (lines[1][4], lines[1][12], lines[4][4], lines[4][12]) == ("┌", "┐", "└", "┘")
    assert shown.drawing.differing(marked) == [1, 4]


def test_a_region_is_underlined_where_there_are_shades() -> None:
    shown = picture(torch.randn(10, 10), Surface("none", True, True, BLACK))
    marked = picture_again(shown)
    marked.mark(shown.layout, [((2, 3), (2, 4))], None)
    line = marked.line(2)
    under = [bool(s.style and s.style.underline) for s in line for _ in s.text]
    assert under == [6 <= x <= 9 for x in range(30)]


@pytest.mark.parametrize("paper", [(18, 18, 18), (46, 52, 64), (224, 224, 224), (0, 43, 54)])
def test_signs_can_be_read_on_a_themes_background(paper: tuple[int, int, int]) -> None:
    """Where characters alone draw in many colours, they stand on the background of the theme."""
    surface = Surface("truecolor", sum(paper) < 400, True, Color.from_rgb(*paper))
    ink = ink_for(surface, "signed")
    styles = [ink.segments[code].style for code in (0, ink.palette.blank - 1)]
    colours = [style.color.get_truecolor() for style in styles if style and style.color]
    assert len({*colours}) == 2
    for colour in colours:
        assert contrast(colour, paper) >= 4.5


def test_of_a_large_region_only_the_edge_is_underlined() -> None:
    """Of a whole picture it would be a line through each of its rows."""
    shown = picture(torch.randn(10, 10), Surface("none", True, False, BLACK))
    marked = picture_again(shown)
    marked.mark(shown.layout, [((1, 2), (6, 8))], None)
    for y in range(10):
        under = [bool(s.style and s.style.underline) for s in marked.line(y) for _ in s.text]
        inside = [1 <= y <= 6 and 2 <= x // 2 <= 8 for x in range(30)]
        edge = [x // 2 in (2, 8) or y in (1, 6) for x in range(30)]
        assert under == [a and b for a, b in zip(inside, edge, strict=True)], y


def picture_again(shown: Picture) -> Drawing:
    return draw((shown.view, shown.layout), shown.ink, 30, 10)


def said(shown: Picture, width: int = 200, moved: bool = False, ascii_only: bool = False) -> str:
    return legend(
        shown.view,
        shown.ink,
        EN,
        width=width,
        moved=moved,
        ascii_only=ascii_only,
    ).plain


def test_the_legend_says_scale_and_statistics() -> None:
    line = said(picture(torch.tensor([[0.25, -0.2, 0.1, math.nan, math.inf]])))
    assert line.startswith("−0.300 ")
    assert " +0.300 " in line
    assert "╳ NaN 1  ▲ +∞ 1  σ 0.187" in line
    assert "−0.200 … 0.250" in line


def test_where_no_number_is_finite_the_legend_has_no_scale_and_no_statistics() -> None:
    """A scale from 0 to 1 was said of them, and a deviation of nothing."""
    nothing = picture(torch.tensor([[math.nan, math.inf, -math.inf, -math.inf]]))
    assert said(nothing, moved=True) == "╳ NaN 1  ▲ +∞ 1  ▼ −∞ 2"
    assert said(picture(torch.empty(0, 3))) == ""


def test_the_legend_says_that_the_scale_moved() -> None:
    shown = picture(torch.randn(4, 4))
    assert "scale moved" in said(shown, moved=True)
    assert "scale moved" not in said(shown)


def test_it_is_said_what_a_pixel_stands_for_and_what_is_not_seen() -> None:
    matrix = picture(torch.randn(120, 400))
    assert block(matrix.view, EN) == "max |x| of 6×14"
    assert tiles(matrix.layout, EN) == ""
    kernels = picture(torch.randn(16, 6, 5, 5), top=2)
    assert tiles(kernels.layout, EN) == "11–20 of 96"
    assert block(kernels.view, EN) == ""


def test_the_legend_fits() -> None:
    shown = picture(torch.randn(120, 400))
    for width in range(24, 120):
        assert cell_len(said(shown, width)) <= width


def test_the_legend_in_ascii() -> None:
    shown = picture(torch.randn(120, 400), Surface("none", True, True, BLACK))
    assert said(shown, ascii_only=True).isascii()
