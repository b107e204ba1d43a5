"""Filters that keep text readable where a terminal has few colours, or none may be used."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

LEAST = 3.0
"""The contrast that text has at least, as WCAG 2 counts it for large text."""
FADES = 2.0
"""How much more contrast text may have without bold: black in bold is grey, and what is written in
bold must not be fainter than the rest.
"""
SIXTEEN = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0),
    (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
    (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
)  # fmt: skip
"""xterm's sixteen colours; other terminals have similar ones."""


class Readable(LineFilter):
    """Text whose colour and background are too similar in a terminal's colours becomes darker or
    lighter, where there are sixteen black or white.
    """

    def __init__(self, system: ColorSystem) -> None:
        super().__init__()
        self._system = system

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Change the segments whose text could not be read."""
        return [
            Segment(text, _readable(style, self._system), control)
            if style is not None and has_text(text)
            else Segment(text, style, control)
            for text, style, control in segments
        ]


class BlackInBold(LineFilter):
    """Text in bold and in the terminal's own black is not bold: it would be grey."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Change the segments that are both."""
        return [
            Segment(text, _not_grey(style) if style is not None else None, control)
            for text, style, control in segments
        ]


BLACK_IN_BOLD = BlackInBold()
READABLE = {
    "standard": Readable(ColorSystem.STANDARD),
    "windows": Readable(ColorSystem.STANDARD),
    "256": Readable(ColorSystem.EIGHT_BIT),
}
"""By rich's name of what a terminal has."""


def has_text(text: str) -> bool:
    """Whether there is anything in it but blanks and block elements, which are pictures."""
    return any(sign != " " and not "▀" <= sign <= "▟" for sign in text)


@lru_cache(maxsize=8192)
def _readable(style: Style, system: ColorSystem) -> Style:
    """The style, with a colour that can be read on its background."""
    fore, back = style.color, style.bgcolor
    if fore is None or back is None or fore.is_default or back.is_default:
        return style
    ground = in_colours(back, system)
    bold = contrast(in_colours(fore, system, bold=bool(style.bold)), ground)
    plain = contrast(in_colours(fore, system), ground)  # not every terminal brightens what is bold
    if min(bold, plain) >= LEAST:
        return style + Style(bold=False) if plain > FADES * bold else style
    ends = ((255, 255, 255), (0, 0, 0))
    end = max(ends, key=lambda colour: contrast(colour, ground))
    if system is ColorSystem.STANDARD:
        black = not any(end)  # grey, if bold
        return style + Style(color=RichColor.from_rgb(*end), bold=False if black else None)
    for share in (0.25, 0.5, 0.75, 1.0):
        pairs = zip(fore.get_truecolor(), end, strict=True)
        mixed = RichColor.from_rgb(*(a + (b - a) * share for a, b in pairs))
        if contrast(in_colours(mixed, system), ground) >= LEAST:
            break
    return style + Style(color=mixed)


@lru_cache(maxsize=8192)
def _not_grey(style: Style) -> Style:
    black = style.bold and style.color is not None and style.color.number == 0
    return style + Style(bold=False) if black else style


def in_colours(
    color: RichColor, system: ColorSystem, *, bold: bool = False
) -> tuple[int, int, int]:
    """What a terminal shows for a colour; of sixteen, bold brightens the first eight."""
    there = color.downgrade(system)
    if there.number is not None and there.number < len(SIXTEEN):
        brighter = bold and system is ColorSystem.STANDARD and there.number < 8
        return SIXTEEN[there.number + 8 * brighter]
    red, green, blue = there.get_truecolor()
    return red, green, blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    shares = [c / 255 for c in colour]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
