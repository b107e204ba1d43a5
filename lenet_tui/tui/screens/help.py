"""All commands with their keys, from the one table."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lenet_tui.text.words import Words
from lenet_tui.tui.keys import key_name
from lenet_tui.tui.screens.dialog import Dialog


class HelpScreen(Dialog[None]):
    """``?`` again, ``q`` or escape leads back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1,q", "cancel", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("help")

    def body(self) -> ComposeResult:
        with VerticalScroll(can_focus=True):
            yield Static(help_text(self.words), markup=False)


def help_text(words: Words) -> Content:
    """A line for each command, in groups."""
    from lenet_tui.tui.commands import COMMANDS, GROUPS  # noqa: PLC0415 - they open this screen

    names = {c.id: "  ".join(key_name(key) for key in c.keys) for c in COMMANDS}
    width = max(map(cell_len, names.values())) + 2
    lines: list[Content] = []
    for group in GROUPS:
        lines.append(Content.styled(words(f"group.{group}"), "bold $text-accent"))
        for command in COMMANDS:
            if command.group == group:
                keys = names[command.id]
                gap = " " * (width - cell_len(keys))
                title, more = words(f"cmd.{command.id}.title"), words(f"cmd.{command.id}.help")
                rest = (f"  {more}", "dim") if more else ""
                lines.append(Content.assemble("  ", (keys, "$text-primary"), gap, title, rest))
        lines.append(Content(""))
    lines.append(Content(words("help.mouse")))
    return Content("\n").join(lines)
