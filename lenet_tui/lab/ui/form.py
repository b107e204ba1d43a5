"""The form of the lab: the layer, each of its arguments, the input."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Label

from lenet_tui.lab.layer import KINDS, SIGNATURES, Argument
from lenet_tui.lab.result import FILLS
from lenet_tui.lab.ui.inputs import ChoiceField, Edited, NumberField, value_text
from lenet_tui.lab.ui.state import LabState
from lenet_tui.text.words import Words

KIND, SHAPE, FILL = "lab-kind", "lab-shape", "lab-fill"
_WORDS = {KIND: "lab.kind", SHAPE: "lab.input", FILL: "lab.fill"}


class LabForm(VerticalScroll, can_focus=False):
    """Posts ``Edited`` for each change; ``show`` fills in all fields but the one being typed."""

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

    _BOTH: ClassVar[dict[str, Argument]] = {
        argument.name: argument
        for required in (True, False)
        for arguments in SIGNATURES.values()
        for argument in arguments
        if argument.required is required and not argument.fixed
    }

    def compose(self) -> ComposeResult:
        yield self._line(KIND, ChoiceField(KINDS, KIND))
        for name, argument in self._BOTH.items():
            if argument.choices:
                field = ChoiceField([value_text(c) for c in argument.choices], name)
                yield self._line(name, field)
            else:
                yield self._line(name, NumberField(id=name, compact=True))
        yield self._line(SHAPE, NumberField(id=SHAPE, compact=True))
        yield self._line(FILL, ChoiceField(FILLS, FILL))

    def _line(self, name: str, field: NumberField | ChoiceField) -> Horizontal:
        return Horizontal(Label(name, markup=False), field, classes="line", id=f"line-{name}")

    def show_words(self, words: Words) -> None:
        """Name the fields that are no arguments in the language of ``words``."""
        self.border_title = words("lab.form")
        for name, key in _WORDS.items():
            self.query_one(f"#line-{name}").query_one(Label).update(words(key))

    def show(self, state: LabState, typing: bool = True) -> None:
        """Show ``state``; with ``typing`` the text of the focused field is left alone."""
        layer = state.layer
        shown = {KIND: layer.kind, SHAPE: ", ".join(map(str, state.shape)), FILL: state.fill}
        shown |= {a.name: value_text(layer[a.name]) for a in SIGNATURES[layer.kind] if not a.fixed}
        for name in (*_WORDS, *self._BOTH):
            self.query_one(f"#line-{name}").display = name in shown
        for name, text in shown.items():
            field = self.query_one(f"#{name}")
            if isinstance(field, ChoiceField):
                field.show(text)
            elif isinstance(field, NumberField) and field.put(text, typing):
                self.mark(name, wrong=False)

    def mark(self, name: str, wrong: bool) -> None:
        """Mark a field as wrong, or as right again."""
        self.query_one(f"#line-{name}").set_class(wrong, "-wrong")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Edited(event.input.id, event.value))
