"""The names of the themes."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES

THEMES = tuple(sorted(BUILTIN_THEMES))

OWN_COLOURS = {
    "text-primary": "ansi_default",
    "block-cursor-text-style": "none",
    "block-cursor-blurred-text-style": "none",
}
"""What a theme of the terminal's own colours has otherwise here: blue text is lost on black, and
black in bold is grey.
"""
