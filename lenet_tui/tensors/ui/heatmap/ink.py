"""Inks: how pixels become characters, with many colours, with few, or with none."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from rich.color import Color, ColorSystem, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from lenet_tui.tensors.arrangement import Room
from lenet_tui.tensors.ui.heatmap.palette import CUBE, GREY, ODD, TRUE, Codes, Palette, Rgb
from lenet_tui.terminal.ui.pens import Cell, cells_of
from lenet_tui.terminal.ui.readable import contrast

Cells = npt.NDArray[np.int32]
"""A number for each cell of text: what is drawn there."""
K = TypeVar("K")
V = TypeVar("V")

KINDS = ("signed", "unsigned", "picture")


@dataclass(frozen=True, slots=True)
class Surface:
    """What there is to draw on. ``colours``: ``truecolor``, ``256``, ``16``, ``own`` (the
    terminal's own sixteen, whatever they are) or ``none``.
    """

    colours: str
    dark: bool
    ascii: bool
    background: Color


def surface_of(widget: Widget) -> Surface:
    """The surface that ``widget`` draws on, by its app's theme and terminal."""
    app = widget.app
    if app.no_color:
        colours = "none"
    elif app.native_ansi_color:
        colours = "own"
    else:
        systems = {"256": "256", "standard": "16", "windows": "16"}
        colours = systems.get(app.console.color_system or "", "truecolor")
    ascii_only = bool(getattr(app, "ascii", False))
    background = widget.background_colors[1].rich_color
    return Surface(colours, app.current_theme.dark, ascii_only, background)


class _Table(dict[K, V]):
    """Values by their key, each made when it is first asked for."""

    def __init__(self, make: Callable[[K], V]) -> None:
        self._make = make

    def __missing__(self, key: K) -> V:
        value = self[key] = self._make(key)
        return value


class Ink(ABC):
    """Draws pixels given as codes of ``palette``. ``segments``: the picture of each cell number.

    ``drawn``: what each is in a terminal of a colour system: its cells by themselves, ready-made.
    ``half_blocks``: two pixels share a cell; else one pixel takes two cells.
    """

    half_blocks: bool

    def __init__(self, palette: Palette, background: Color) -> None:
        self.palette = palette
        self.background = background
        self.blank_style = Style(bgcolor=background)
        self.levels: Codes = palette.codes()
        self.segments = _Table(self._make)
        self.drawn: _Table[ColorSystem, _Table[int, list[Cell]]] = _Table(
            lambda system: _Table(lambda cell: cells_of(Strip([self.segments[cell]]), system) or [])
        )

    def room(self, width: int, height: int) -> Room:
        """The pixels of ``width`` × ``height`` cells."""
        return Room.of(width, height, self.half_blocks)

    @abstractmethod
    def cells(self, codes: Codes) -> Cells:
        """The cells that show ``codes``, a whole number of lines of text."""

    @abstractmethod
    def _make(self, cell: int) -> Segment:
        """The segment of a cell."""

    @abstractmethod
    def marked(self, code: int, mark: str, cursor: bool) -> Segment:
        """A pixel with a mark on it: the cursor's, or that of a region."""


class HalfBlocks(Ink):
    """Two pixels to a cell, in colours."""

    half_blocks = True

    def cells(self, codes: Codes) -> Cells:
        wide = codes.astype(np.int32)
        return wide[0::2] * self._base + wide[1::2]

    @property
    def _base(self) -> int:
        return self.palette.blank + ODD + 1

    def _make(self, cell: int) -> Segment:
        top, bottom = divmod(cell, self._base)
        blank = self.palette.blank
        odd = [code for code in (top, bottom) if code > blank]
        if odd:
            return Segment(*_SPECIAL[min(odd) - blank - 1])
        if top == bottom:
            return Segment(" ", Style(bgcolor=self._colour(top)))
        if top == blank:
            return Segment("▄", Style(color=self._colour(bottom), bgcolor=self.background))
        return Segment("▀", Style(color=self._colour(top), bgcolor=self._colour(bottom)))

    def marked(self, code: int, mark: str, cursor: bool) -> Segment:
        if code > self.palette.blank:
            text, style = _SPECIAL[code - self.palette.blank - 1]
            return Segment(text, style + Style(reverse=True))
        colour = self._colour(code)
        red, green, blue = colour.triplet or (0, 0, 0)
        bright = code < self.palette.blank and 0.3 * red + 0.59 * green + 0.11 * blue > 102
        return Segment(mark, Style(color=_BLACK if bright else _WHITE, bgcolor=colour))

    def _colour(self, code: int) -> Color:
        if code >= self.palette.blank:
            return self.background
        return Color.from_rgb(*self.palette.colours[code])


class Shades(Ink):
    """A pixel is two cells: its sign and a shade. With few colours, or with none."""

    half_blocks = False

    def __init__(self, surface: Surface, kind: str) -> None:
        signed = kind == "signed"
        ramp, self._odd, self._signs = (
            (" .:*#", "X^v", "-+") if surface.ascii else (" ░▒▓█", "╳▲▼", "−+")
        )
        paper = kind == "picture" and not surface.dark  # which is white
        self._ramp = ramp[::-1] if paper else ramp
        self._paper, self._plain = _paper(surface, kind)
        self._bold = surface.dark  # black in bold is grey
        self._fore = _few(surface) if kind != "picture" else (self._plain, self._plain)
        colours = ((0, 0, 0),) * (2 * len(ramp) - 1 if signed else len(ramp))
        super().__init__(Palette(colours, signed), surface.background)

    def cells(self, codes: Codes) -> Cells:
        return codes.astype(np.int32)

    def _make(self, cell: int) -> Segment:
        blank = self.palette.blank
        if cell == blank:
            return Segment("  ", self.blank_style)
        if cell > blank:
            mark = self._odd[cell - blank - 1]
            style = Style(color=self._plain, bgcolor=self._paper, bold=self._bold)
            return Segment(mark * 2, style)
        if not self.palette.signed:
            return Segment(self._ramp[cell] * 2, self._style(1))
        value = cell - blank // 2
        if not value:
            return Segment("  ", self._style(1))
        positive = value > 0
        return Segment(self._signs[positive] + self._ramp[abs(value)], self._style(positive))

    def marked(self, code: int, mark: str, cursor: bool) -> Segment:
        text, style, _ = self.segments[code]
        wanted = Style(reverse=True) if cursor else Style(underline=True)
        return Segment(text, (style or Style.null()) + wanted)

    def _style(self, positive: int) -> Style:
        return Style(color=self._fore[positive], bgcolor=self._paper)


@lru_cache(maxsize=64)
def ink_for(surface: Surface, kind: str) -> Ink:
    """The ink for ``signed`` numbers, ``unsigned`` ones or a ``picture``."""
    if surface.colours in ("truecolor", "256") and not surface.ascii:
        table = TRUE if surface.colours == "truecolor" else CUBE
        palette = GREY if kind == "picture" else table[surface.dark, kind == "signed"]
        return HalfBlocks(palette, surface.background)
    return Shades(surface, kind)


def _paper(surface: Surface, kind: str) -> tuple[Color, Color | None]:
    """What is drawn on, and the colour of marks that mean nothing by it: both are set, or neither.

    Few colours are told apart on black and on white only, whatever the theme has. A picture in a
    terminal's own colours has that terminal's ink and paper.
    """
    if surface.colours == "16":
        return (_BLACK, _WHITE) if surface.dark else (_WHITE, _BLACK)
    if surface.colours == "own" and kind != "picture":
        black, white = Color.from_ansi(0), Color.from_ansi(15)
        return (black, white) if surface.dark else (white, black)
    if surface.background.is_default:
        return surface.background, None
    return surface.background, _WHITE if surface.dark else _BLACK


@lru_cache(maxsize=8)
def sign_style(value: float, *, dark: bool) -> Style:
    """The style of a number by its sign alone (1, −1 or 0), where there are sixteen colours."""
    surface = Surface("16", dark, False, _BLACK)
    paper, plain = _paper(surface, "signed")
    if not value:
        return Style(color=plain, bgcolor=paper)
    # A dash is thin; in bold some terminals brighten it, which only black paper stands.
    return Style(color=_few(surface)[value > 0], bgcolor=paper, bold=dark or None)


def _few(surface: Surface) -> tuple[Color | None, Color | None]:
    """Colours of negative and positive numbers where there are sixteen of them."""
    numbers = (12, 11) if surface.dark else (4, 1)
    if surface.colours == "none":
        plain = _paper(surface, "signed")[1]
        return plain, plain
    if surface.colours == "own":
        return Color.from_ansi(numbers[0]), Color.from_ansi(numbers[1])
    # Those that rich takes for the sixteen, so that they are met exactly.
    standard = {12: (85, 85, 255), 11: (255, 255, 85), 4: (0, 0, 170), 1: (170, 0, 0)}
    negative, positive = standard[numbers[0]], standard[numbers[1]]
    if surface.colours != "16" and surface.background.triplet is not None:
        paper = surface.background.triplet
        negative, positive = _on(negative, paper), _on(positive, paper)
    return Color.from_rgb(*negative), Color.from_rgb(*positive)


def _on(ink: Rgb, paper: Rgb) -> Rgb:
    """The ink, as much lighter or darker as it takes to read a sign on the paper."""
    end = max(_BLACK, _WHITE, key=lambda colour: contrast(colour.get_truecolor(), paper))
    for tenth in range(11):
        mixed = blend_rgb(ColorTriplet(*ink), end.get_truecolor(), tenth / 10)
        if contrast(mixed, paper) >= READ:
            break
    return mixed


READ = 4.5
"""The contrast of a sign with what is behind it (WCAG 2.1, 1.4.3)."""
_BLACK, _WHITE = Color.from_rgb(0, 0, 0), Color.from_rgb(255, 255, 255)
_SPECIAL = (
    ("╳", Style(color=_WHITE, bgcolor=Color.from_rgb(175, 0, 175), bold=True)),
    ("▲", Style(color=_BLACK, bgcolor=Color.from_rgb(255, 255, 0), bold=True)),
    ("▼", Style(color=_BLACK, bgcolor=Color.from_rgb(0, 255, 255), bold=True)),
)
"""How NaN, +∞ and −∞ are drawn in colours."""
