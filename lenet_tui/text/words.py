"""One way to say a thing in the language of the moment."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any

Table = Mapping[str, tuple[str, str]]
"""Key to what is said: (English, Chinese). ``{name}`` stands for a value given when said."""


class Words:
    """Says what the tables hold, in one language.

    ``words("rail.busy", seconds=1.5)`` gives the text of that key with the values filled in;
    an unknown key raises ``KeyError`` (a test asks for every key).
    """

    def __init__(self, language: str, *tables: Table) -> None:
        self.language = language
        self._column = 1 if language == "zh" else 0
        self._entries = {key: pair for table in tables for key, pair in table.items()}

    def __call__(self, key: str, /, **values: Any) -> str:
        text = self._entries[key][self._column]
        return text.format(**values) if values else text

    def __contains__(self, key: str) -> bool:
        return key in self._entries


def paragraphs(english: str, chinese: str) -> tuple[str, str]:
    """An entry of several lines, written as indented blocks."""
    return cleandoc(english), cleandoc(chinese)
