"""The form of the lab: the layer, each of its arguments, the input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Label

from lenet_tui.lab.layer import KINDS, SIGNATURES, Argument, Value
from lenet_tui.lab.result import FILLS
from lenet_tui.lab.ui.inputs import ChoiceField, NumberField, value_text
from lenet_tui.lab.ui.state import LabState
from lenet_tui.text.clean import clean
from lenet_tui.text.words import Words

KIND, SHAPE, FILL = "lab-kind", "lab-shape", "lab-fill"
_WORDS = {KIND: "lab.kind", SHAPE: "lab.input", FILL: "lab.fill"}


class LabForm(VerticalScroll, can_focus=False):
    """Posts ``Edited`` for each change; ``show`` fills the fields in, save the one being typed."""

    DEFAULT_CSS = """
    LabForm { border: round $border-blurred; border-title-color: $foreground;
        scrollbar-size-vertical: 1; background: $background; }
    LabForm:focus-within { border: round $border; border-title-color: $accent; }
    LabForm .line { height: 1; }
    LabForm .line Label { width: 15; }
    LabForm .line NumberField, LabForm .line ChoiceField { width: 1fr; }
    LabForm .line.-wrong Label { color: $text-error; text-style: bold; }
    """
    BORDER_TITLE = ""

    class Edited(Message):
        """The person changed the field ``name``: ``value`` was chosen, or ``text`` typed."""

        def __init__(self, name: str, text: str | None, value: Value = None) -> None:
            self.name, self.text, self.value = name, text, value
            super().__init__()

    _BOTH: ClassVar[dict[str, Argument]] = {
        argument.name: argument
        for required in (True, False)
        for arguments in SIGNATURES.values()
        for argument in arguments
        if argument.required is required and not argument.fixed
    }

    def compose(self) -> ComposeResult:
        yield from self._line(KIND, ChoiceField(KINDS, KIND))
        for name, argument in self._BOTH.items():
            if argument.choices:
                yield from self._line(name, ChoiceField(argument.choices, name))
            else:
                yield from self._line(name, NumberField(id=name, compact=True))
        yield from self._line(SHAPE, NumberField(id=SHAPE, compact=True))
        yield from self._line(FILL, ChoiceField(FILLS, FILL))

    def _line(self, name: str, field: NumberField | ChoiceField) -> Iterator[Horizontal]:
        label = Label(name, markup=False)
        yield Horizontal(label, field, classes="line", id=f"line-{name}")

    def say(self, words: Words) -> None:
        """Name the fields that are no arguments in the language of ``words``."""
        self.border_title = words("lab.form")
        for name, key in _WORDS.items():
            self.query_one(f"#line-{name}").query_one(Label).update(words(key))

    def show(self, state: LabState, typing: bool = True) -> None:
        """Show ``state``; with ``typing`` the focused text field keeps what stands in it."""
        names = {a.name for a in SIGNATURES[state.layer.kind] if not a.fixed}
        for name in self._BOTH:
            shown = name in names
            self.query_one(f"#line-{name}").display = shown
            if shown:
                self._fill(name, state.layer[name], typing)
        self._fill(KIND, state.layer.kind, typing)
        self._fill(SHAPE, ", ".join(map(str, state.shape)), typing)
        self._fill(FILL, state.fill, typing)

    def _fill(self, name: str, value: Value, typing: bool) -> None:
        field = self.query_one(f"#{name}")
        if isinstance(field, ChoiceField):
            field.show(value)
        elif isinstance(field, NumberField) and not (typing and field.has_focus):
            text = value if name == SHAPE and isinstance(value, str) else value_text(value)
            with self.prevent(Input.Changed):
                field.value = clean(text)
            self.mark(name, wrong=False)

    def mark(self, name: str, wrong: bool) -> None:
        """Mark a field as wrong, or as right again."""
        self.query_one(f"#line-{name}").set_class(wrong, "-wrong")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(event.input.id or "", event.value))

    @on(ChoiceField.Changed)
    def _chosen(self, event: ChoiceField.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(event.field.id or "", None, event.value))
