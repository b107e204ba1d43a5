"""The names of the themes."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES

THEMES = tuple(sorted(BUILTIN_THEMES))
