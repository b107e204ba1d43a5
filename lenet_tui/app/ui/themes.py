"""The names of the themes, and what is mended in their colours so that text can be read."""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color
from textual.theme import BUILTIN_THEMES

THEMES = tuple(sorted(BUILTIN_THEMES))

OWN_COLOURS = {
    "text-primary": "ansi_default",
    "text-secondary": "ansi_default",
    "text-warning": "ansi_default",
    "block-cursor-text-style": "none",
    "block-cursor-blurred-text-style": "none",
}
"""What a theme of the terminal's own colours has otherwise here: blue text is lost on black, yellow
and cyan on white, and black in bold is grey.
"""

TEXTS = (
    *(f"text-{kind}" for kind in ("primary", "secondary", "accent", "success", "warning", "error")),
    "foreground-muted",
)
"""The colours of text that a theme may give too little contrast."""
GROUNDS = ("background", "surface", "panel")
READABLE = 4.5
"""The least contrast of text (WCAG 2.1, 1.4.3)."""
_STEP = 0.05


def readable(variables: Mapping[str, str]) -> dict[str, str]:
    """The colours of ``TEXTS``, each as near to its own as it can be read on every ground."""
    grounds = [Color.parse(variables[name]) for name in GROUNDS]
    dark = luminance(grounds[0]) < 0.5
    end = Color(255, 255, 255) if dark else Color(0, 0, 0)
    made = {}
    for name in TEXTS:
        colour = grounds[0] + Color.parse(variables[name])
        share = 0.0
        while share < 1 and min(contrast(colour, ground) for ground in grounds) < READABLE:
            share += _STEP
            colour = (grounds[0] + Color.parse(variables[name])).blend(end, share)
        made[name] = colour.hex
    return made


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.1, "contrast ratio")."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Color) -> float:
    """How light a colour is, 0 to 1 (WCAG 2.1, "relative luminance")."""
    linear = [
        v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in colour.normalized
    ]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
