"""A message to the user as a key with values: it is put into a language where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

Table = Mapping[str, tuple[str, str]]
"""Key to text: (English, Chinese). ``{name}`` is replaced by a value."""

VERBATIM = "text:verbatim"


@dataclass(frozen=True, slots=True)
class Notice:
    """A text of the word tables: ``key`` is ``room:name``, its table ``ROOM/notices.py``.

    ``values`` fill the text's blanks: plain values, or notices themselves, one or a tuple of them.
    ``str`` gives English; a screen uses ``Words.say`` for its own language.
    """

    key: str
    values: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.text(0)

    @property
    def verbatim(self) -> bool:
        """Whether it is a foreign text, such as the message of an exception."""
        return self.key == VERBATIM

    def text(self, column: int) -> str:
        """The text in English (column 0) or Chinese (column 1)."""
        values = {name: _said(value, column) for name, value in self.values}
        return table_of(self.key)[self.key][column].format(**values)


def _said(value: Any, column: int) -> Any:
    """A value as it fills a blank."""
    if isinstance(value, tuple):
        return ("; ", "；")[column].join(_said(one, column) for one in value)
    return value.text(column) if isinstance(value, Notice) else value


def notice(key: str, /, **values: Any) -> Notice:
    """The notice of a key with the values for its blanks."""
    return Notice(key, tuple(values.items()))


def verbatim(text: str) -> Notice:
    """A foreign text, such as torch's own reason, that is the same in every language."""
    return notice(VERBATIM, text=text)


@cache
def table_of(key: str) -> Table:
    """The table that holds a key; it is imported when one of its texts is first needed."""
    room = key.partition(":")[0]
    table: Table = import_module(f"lenet_tui.{room}.notices").NOTICES
    return table


class Problem(Exception):
    """An error that is shown to the user: raised with the key of a notice and its values."""

    def __init__(self, key: str | Notice, /, **values: Any) -> None:
        self.notice = key if isinstance(key, Notice) else notice(key, **values)
        super().__init__(self.notice)

    def __str__(self) -> str:
        return str(self.notice)
