"""The fields of the lab's form: one line each, changed with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.lab.layer import MAX_NUMBER, Value
from lenet_tui.text.clean import clean

_NUMBER = re.compile(r"-?\d+")
_TO_OTHER_FIELDS = (
    Binding("down,enter", "app.focus_next", show=False),
    Binding("up", "app.focus_previous", show=False),
)


class Edited(Message):
    """The person changed the field ``name`` to ``text``."""

    def __init__(self, name: str | None, text: str) -> None:
        self.name, self.text = name or "", text
        super().__init__()


def value_text(value: Value) -> str:
    """An argument's value as its field shows it: words without quotes."""
    return value if isinstance(value, str) and value.isidentifier() else repr(value)


class TextField(Input):
    """A compact line of text that shows what a terminal would act on."""

    def validate_value(self, value: str) -> str:
        """Typed, pasted or set: nothing else gets in."""
        return clean(value)

    def put(self, text: str, typing: bool) -> bool:
        """Show ``text``, except, with ``typing``, in the focused field; whether it is shown."""
        if typing and self.has_focus:
            return False
        with self.prevent(Input.Changed):
            self.value = text
        return True

    def on_focus(self) -> None:
        """What is shown from its beginning is typed on at its end."""
        if self.cursor_position == 0:
            self.cursor_position = len(self.value)


class NumberField(TextField):
    """Text with numbers in it; page up and down change the one at the cursor by 1."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup,shift+up", "bump(1)", show=False),
        Binding("pagedown,shift+down", "bump(-1)", show=False),
        *_TO_OTHER_FIELDS,
    ]

    def action_bump(self, by: int) -> None:
        """Change the number at the cursor, or the one before it, or the first."""
        found = list(_NUMBER.finditer(self.value))
        if not found:
            return
        near = [m for m in found if m.start() <= self.cursor_position]
        match = (near or found)[-1 if near else 0]
        number = int(match[0][:12]) + by
        if abs(number) > MAX_NUMBER:
            return
        end = match.start() + len(str(number))
        self.value = f"{self.value[: match.start()]}{number}{self.value[match.end() :]}"
        self.cursor_position = end


class ChoiceField(Widget, can_focus=True):
    """One of a few values; left, right, space or a click goes to the next."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space,pageup,shift+up", "turn(1)", show=False),
        Binding("left,pagedown,shift+down", "turn(-1)", show=False),
        *_TO_OTHER_FIELDS,
    ]
    DEFAULT_CSS = """
    ChoiceField { height: 1; background: $surface; color: $foreground; }
    ChoiceField:focus { background: $accent; color: $background; text-style: bold; }
    """

    def __init__(self, choices: Sequence[str], id: str) -> None:
        super().__init__(id=id)
        self._choices = tuple(choices)
        self._value = choices[0]

    def show(self, value: str) -> None:
        """Show ``value``, which may be none of the choices."""
        self._value = value
        self.refresh()

    def action_turn(self, by: int) -> None:
        """Choose the next value, or the one before, around the end."""
        at = self._choices.index(self._value) if self._value in self._choices else -by
        self.show(self._choices[(at + by) % len(self._choices)])
        self.post_message(Edited(self.id, self._value))

    def on_click(self) -> None:
        self.action_turn(1)

    def render(self) -> Content:
        left, right = ("<", ">") if ascii_only(self) else ("‹", "›")
        return Content(f"{left} {self._value} {right}")
