"""A dialog that asks for one line of text and understands it before it closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lenet_tui.kit.ui.dialog import Check, Dialog
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

T = TypeVar("T")


class AskScreen(Dialog[T], Generic[T]):
    """Gives back what ``parse`` makes of the text; its ``Problem`` is shown and asked again.

    ``choices``: lines offered below, which can be picked instead of typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down,up", "choices", show=False)]

    def __init__(
        self,
        name: str,
        *,
        parse: Callable[[str], T],
        value: str = "",
        help_text: str = "",
        choices: Sequence[str] = (),
        check: Check[T] | None = None,
    ) -> None:
        self._parse = parse
        self._value = value
        self._help = help_text
        self._choices = choices
        super().__init__(name, check)

    def body(self) -> ComposeResult:
        if self._help:
            yield Static(self._help, classes="help", markup=False)
        yield Input(self._value, compact=True)
        if self._choices:
            yield OptionList(*(Option(Content(clean(c))) for c in self._choices), compact=True)

    def action_choices(self) -> None:
        """Move the focus from the line of text to the list below it."""
        if self._choices:
            self.query_one(OptionList).focus()

    @on(Input.Changed)
    def _typing(self) -> None:
        self.complain("")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        self._take(event.value)

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self._take(self._choices[event.option_index])

    def _take(self, text: str) -> None:
        try:
            answer = self._parse(text)
        except Problem as error:
            self.complain(clean(self.words.say(error.notice)))
        else:
            self.answer(answer)

    def answer(self, given: T) -> None:
        """Close with what was understood."""
        self.offer(given)
