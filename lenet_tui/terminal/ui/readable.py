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
SIXTEEN = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0),
    (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
    (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
)  # fmt: skip
"""xterm's sixteen colours; other terminals have similar ones."""
BLACK, WHITE = RichColor.from_rgb(0, 0, 0), RichColor.from_rgb(255, 255, 255)


class SixteenColours(LineFilter):
    """Text whose colour and background become too similar in sixteen colours is black or white."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Change the segments whose text could not be read."""
        return [
            Segment(text, _readable(style), control)
            if style is not None and has_text(text)
            else Segment(text, style, control)
            for text, style, control in segments
        ]


def has_text(text: str) -> bool:
    """Whether there is anything in it but blanks and block elements, which are pictures."""
    return any(sign != " " and not "▀" <= sign <= "▟" for sign in text)


@lru_cache(maxsize=4096)
def _readable(style: Style) -> Style:
    """The style, with a colour that can be read on its background."""
    fore, back = style.color, style.bgcolor
    if fore is None or back is None or fore.is_default or back.is_default:
        return style
    ground = in_sixteen(back)
    if contrast(in_sixteen(fore), ground) >= LEAST:
        return style
    white = contrast((255, 255, 255), ground) > contrast((0, 0, 0), ground)
    return style + Style(color=WHITE if white else BLACK)


def in_sixteen(color: RichColor) -> tuple[int, int, int]:
    """What a terminal of sixteen colours shows for a colour."""
    number = color.downgrade(ColorSystem.STANDARD).number
    return SIXTEEN[number] if number is not None else (0, 0, 0)


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    shares = [c / 255 for c in colour]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
