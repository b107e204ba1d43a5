"""The line in which a name is searched for in the layers pane, as it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from lenet_tui.app.module_tree import Node


class LayerSearch(Horizontal):
    """Reports what is typed, and what is wanted of it; its pane does the rest."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "other(1)", show=False),
        Binding("up,ctrl+p", "other(-1)", show=False),
        Binding("escape", "leave", show=False),
    ]

    @dataclass
    class Typed(Message):
        """Another text is searched for."""

        text: str

    @dataclass
    class Other(Message):
        """The next match (1), or the one before (-1), is wanted."""

        by: int

    @dataclass
    class Left(Message):
        """The search is over. ``taken``: with enter, and not given up."""

        taken: bool

    def compose(self) -> ComposeResult:
        yield Label("/", markup=False)
        yield Input(compact=True, select_on_focus=True)

    def open(self) -> None:
        """Begin to type, over the text of the search before."""
        self.query_one(Input).focus()

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.query_one(Input).value

    def action_other(self, by: int) -> None:
        """Another match."""
        self.post_message(self.Other(by))

    def action_leave(self) -> None:
        """Close it; the cursor stays where it was found."""
        self.post_message(self.Left(taken=False))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(taken=True))

    def on_descendant_blur(self) -> None:
        """The focus is elsewhere."""
        self.post_message(self.Left(taken=False))


def matches(nodes: Sequence[Node], text: str) -> list[int]:
    """The numbers of the nodes whose name, or what they do, has ``text`` in it, in any case."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    return [
        number
        for number, node in enumerate(nodes)
        if wanted in node.path.lower() or wanted in node.op.lower()
    ]


def nearest(found: Sequence[int], start: int, by: int = 0) -> int:
    """The first of ``found`` from ``start`` on (``by`` 0), after it (1) or before it (-1), around
    the end.
    """
    if by < 0:
        return next((n for n in reversed(found) if n < start), found[-1])
    return next((n for n in found if n >= start + by), found[0])
