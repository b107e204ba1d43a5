"""The words of all rooms together, in one language."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_tui.app.words import APP
from lenet_tui.stepping.words import COMMANDS
from lenet_tui.text.notice import Table
from lenet_tui.text.words import AsciiWords, Words


def words(language: str, ascii: bool = False, *tables: Table) -> Words:
    """The words of every room, and those of ``tables``, in ``language`` (``en`` or ``zh``).

    ``ascii`` gives English with ASCII signs only. Tables that the first picture does not need are
    imported when something in them is asked for.
    """
    kind = AsciiWords if ascii and language == "en" else Words
    return kind(language, APP, COMMANDS, *tables, more=_more)


def _more() -> Sequence[Table]:
    from lenet_tui.app.words_tables import TABLES  # noqa: PLC0415

    return TABLES
