"""A dialog that lets one of several lines be picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lenet_tui.kit.ui.dialog import Dialog
from lenet_tui.text.clean import clean


@dataclass(frozen=True, slots=True)
class Choice:
    """``id`` is given back; ``note`` is dimmed after ``title``; a ``closed`` one cannot be chosen.

    ``here``: it is the present one. ``below``: a second line, for what there is no room beside.
    """

    id: str
    title: str
    note: str = ""
    closed: bool = False
    here: bool = False
    below: str = ""


class PickScreen(Dialog[str]):
    """Gives back the id of the choice."""

    def __init__(self, name: str, choices: Sequence[Choice] = ()) -> None:
        self._choices = tuple(choices)
        super().__init__(name)

    def body(self) -> ComposeResult:
        yield OptionList(compact=True)

    def on_mount(self) -> None:
        """Start on the present choice."""
        self.fill(self._choices)

    def fill(self, choices: Sequence[Choice]) -> None:
        """Offer ``choices``, the present one highlighted."""
        here = [i for i, choice in enumerate(choices) if choice.here]
        listed = self.query_one(OptionList)
        listed.set_options(options(choices))
        listed.highlighted = here[0] if here else 0

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)


def options(choices: Sequence[Choice]) -> list[Option]:
    """The lines of a list, titles and notes in columns."""
    width = max((cell_len(clean(c.title)) for c in choices), default=0)
    return [Option(_line(c, width), id=c.id, disabled=c.closed) for c in choices]


def _line(choice: Choice, width: int) -> Content:
    mark = "* " if choice.here else "  "
    title = clean(choice.title)
    gap = " " * (width - cell_len(title) + 2)
    first = Content.assemble(
        (mark, "$text-accent"),
        (title, "bold" if choice.here else ""),
        gap,
        (clean(choice.note), "dim"),
    )
    return first + under(choice.below)


def under(text: str) -> Content:
    """A dim second line of an option, indented; none where there is no text."""
    return Content.styled(f"\n    {clean(text)}", "dim") if text else Content("")
