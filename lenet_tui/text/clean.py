"""Making any string safe to show in a terminal."""

from __future__ import annotations

import re

_WIDE_BLANK = "\u3000"
"""The ideographic space: ordinary in Chinese text, though Python calls it unprintable."""

_INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0"
"""Printable by Unicode's rules, yet invisible, or of a width that terminals disagree on."""
_invisible = re.compile(f"[{_INVISIBLE}]")

ELLIPSIS = "…"


def clean(text: str, limit: int | None = None) -> str:
    r"""``text`` on one line with nothing left in it that a terminal acts on, or that hides.

    Control characters (ESC too), bidirectional overrides, zero-width characters, surrogates and
    line separators become visible escapes: ``\x1b``, ``\u202e``, ``\n``. The rule is
    ``str.isprintable``, the one of Python's ``repr``. Cleaning twice changes nothing.

    ``limit``: at most so many characters, the last one then an ellipsis.
    """
    if limit is not None and len(text) > limit:
        return _cut(_escaped(text[:limit]) + ELLIPSIS, limit)
    return _cut(_escaped(text), limit)


def clean_lines(text: str, limit: int | None = None) -> list[str]:
    """The lines of ``text``, each cleaned, without trailing blanks and empty lines at the ends."""
    lines = [clean(line.rstrip().expandtabs(), limit) for line in text.strip("\r\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _escaped(text: str) -> str:
    if text.isprintable() and not _invisible.search(text):
        return text
    return "".join(c if _shown(c) else c.encode("unicode_escape").decode("ascii") for c in text)


def _shown(character: str) -> bool:
    return character == _WIDE_BLANK or (character.isprintable() and not _invisible.match(character))


def _cut(text: str, limit: int | None) -> str:
    if limit is None or len(text) <= limit:
        return text
    return text[: max(limit - 1, 0)] + ELLIPSIS[:limit]
