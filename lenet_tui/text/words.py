"""Texts in one language, looked up by key in the word tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from inspect import cleandoc
from typing import Any

from lenet_tui.text.notice import Notice, Table
from lenet_tui.text.numbers import ascii_text


class Words:
    """The texts of some tables in one language.

    ``words("rail.busy", seconds=1.5)`` gives the text of that key with the values filled in;
    an unknown key raises ``KeyError`` (a test asks for every key). Where ``count`` is 1, an entry
    ``KEY.one`` is used if there is one. ``more`` gives the tables that are not needed at once; it
    is called when a key is in none of ``tables``.
    """

    def __init__(
        self, language: str, *tables: Table, more: Callable[[], Iterable[Table]] = tuple
    ) -> None:
        self.language = language
        self._column = 1 if language == "zh" else 0
        self._entries = {key: pair for table in tables for key, pair in table.items()}
        self._more: Callable[[], Iterable[Table]] | None = more

    def __call__(self, key: str, /, **values: Any) -> str:
        if values.get("count") in (1, "1") and f"{key}.one" in self:
            key = f"{key}.one"
        if key not in self:
            raise KeyError(key)
        text = self._entries[key][self._column]
        return text.format(**values) if values else text

    def say(self, notice: Notice) -> str:
        """A notice in these words' language."""
        return self.spell(notice.text(self._column))

    def spell(self, text: str) -> str:
        """``text``, composed elsewhere, in the characters that these words may use."""
        return text

    def __contains__(self, key: str) -> bool:
        if key not in self._entries and self._more is not None:
            for table in self._more():
                self._entries.update(table)
            self._more = None
        return key in self._entries


class AsciiWords(Words):
    """English in ASCII: every other sign becomes a word or a similar character."""

    _SIGNS = str.maketrans(
        {"Σ": "sum", "√": "sqrt ", "²": "^2", "ᵀ": "^T", "\u0302": "^", "⋆": "*", "≤": "<="}
        | {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "γ": "gamma", "β": "beta", "ε": "eps"}
        | {"Φ": "Phi", "φ": "phi", "³": "^3", "≥": ">=", "π": "pi", "λ": "lambda", "′": "'"}
        | {"δ": "delta", "✔": "+", "✘": "!", "▶": ">", "○": "o", "█": "#", "▒": ":"}
    )

    def __call__(self, key: str, /, **values: Any) -> str:
        return self.spell(super().__call__(key, **values))

    def spell(self, text: str) -> str:
        return ascii_text(text).translate(self._SIGNS)


def paragraphs(text: str) -> tuple[str, str]:
    """An entry of several lines: a block in English, an empty line, the same in Chinese."""
    english, chinese = cleandoc(text).split("\n\n")
    return english, chinese


def alike(stem: str, names: str, entry: tuple[str, str]) -> Table:
    """The same entry under each of several names, which are words with spaces between them."""
    return dict.fromkeys([f"{stem}.{name}" for name in names.split()], entry)


def prose(english: str, chinese: str) -> tuple[str, str]:
    """An entry of paragraphs to be wrapped on the screen, one a line: (English, Chinese).

    In the source, lines may break anywhere and an empty line ends a paragraph.
    """
    return _paragraphs(english, lambda *_: " "), _paragraphs(chinese, _chinese_gap)


def _paragraphs(text: str, gap: Callable[[str, str], str]) -> str:
    joined = []
    for block in cleandoc(text).split("\n\n"):
        first, *rest = block.splitlines()
        for line in rest:
            first += gap(first[-1], line[0]) + line
        joined.append(first)
    return "\n".join(joined)


def _chinese_gap(before: str, after: str) -> str:
    """A space between two Latin characters, or a Latin and a Chinese one; none at punctuation."""
    kinds = {_kind(before), _kind(after)}
    return " " if "latin" in kinds and "punctuation" not in kinds else ""


def _kind(character: str) -> str:
    if "\u4e00" <= character <= "\u9fff":
        return "chinese"
    wide = unicodedata.east_asian_width(character) in "WFA"
    return "punctuation" if wide and unicodedata.category(character)[0] == "P" else "latin"
