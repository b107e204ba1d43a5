"""All commands with their keys, from the one table."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lenet_tui.kit.ui.dialog import Dialog
from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.kit.ui.settings import not_offered, words_of
from lenet_tui.stepping.ui.commands import COMMANDS, GROUPS
from lenet_tui.text.words import Words

WIDE = 90
"""Columns from which all keys of a command are named."""


class HelpScreen(Dialog[None]):
    """The help screen; ``?``, ``q`` or escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,f1,q", "cancel", show=False)]

    def __init__(self) -> None:
        super().__init__("help")

    def body(self) -> ComposeResult:
        with VerticalScroll(can_focus=True):
            yield HelpText(markup=False)


class HelpText(Static):
    """The lines, wrapped under their column."""

    def on_resize(self) -> None:
        """Lay them out for the new width."""
        self.update(help_text(words_of(self), self.content_size.width, not_offered(self)))


def help_text(words: Words, width: int, absent: frozenset[str] = frozenset()) -> Content:
    """A line for each command, in groups; where it is narrow, fewer of its keys.

    ``absent``: commands that are not offered here.
    """
    shown = 4 if width >= WIDE else 2
    offered = [c for c in COMMANDS if c.id not in absent]
    names = {c.id: "  ".join(map(key_name, c.keys[:shown])) for c in offered}
    column = max(map(cell_len, names.values())) + 4
    lines: list[Content] = []
    for group in GROUPS:
        if all(c.group != group for c in offered):
            continue
        lines.append(Content.styled(words(f"group.{group}"), "bold $text-accent"))
        for command in offered:
            if command.group == group:
                title, more = words(f"cmd.{command.id}.title"), words(f"cmd.{command.id}.help")
                text = Content.assemble(title, (f"  {more}" if more else "", "$foreground-muted"))
                lines += _beside(names[command.id], text, column, width)
        lines.append(Content(""))
    lines.append(Content.styled(words("group.signs"), "bold $text-accent"))
    for sign, meaning in (line.split("\t") for line in words("help.signs").splitlines()):
        lines += _beside(sign, Content(meaning), column, width)
    lines += [Content(""), *Content(words("help.mouse")).wrap(width)]
    return Content("\n").join(lines)


def _beside(keys: str, text: Content, column: int, width: int) -> list[Content]:
    """``keys``, and from ``column`` on the text, wrapped."""
    first, *rest = text.wrap(max(10, width - column))
    gap = " " * (column - 2 - cell_len(keys))
    start = Content.assemble("  ", (keys, "$text-primary"), gap)
    return [start + first, *(Content(" " * column) + line for line in rest)]
