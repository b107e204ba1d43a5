"""How a loss is called that is one of several of a step."""

from __future__ import annotations

from lenet_tui.text.words import Words


def called(name: str, words: Words) -> str:
    """A variable's name, or for a loss in no variable its line: ``:12``, ``other.py:12``."""
    before, colon, line = name.rpartition(":")
    if not colon:
        return name
    return f"{before} {words('curves.line', n=line)}".strip()
