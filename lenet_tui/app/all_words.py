"""What is said to people, in two languages: every room's table, put together."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_tui.app.words import APP
from lenet_tui.stepping.words import COMMANDS
from lenet_tui.text.words import AsciiWords, Table, Words


def words(language: str, ascii: bool = False, *own: Table) -> Words:
    """All tables in ``language`` (``en`` or ``zh``), and the caller's ``own``. ``ascii``: English
    with ASCII signs only.

    But for what the first picture says, they are imported when something in them is asked for.
    """
    kind = AsciiWords if ascii and language == "en" else Words
    return kind(language, APP, COMMANDS, *own, more=_more)


def _more() -> Sequence[Table]:
    from lenet_tui.app.words_tables import TABLES  # noqa: PLC0415

    return TABLES
