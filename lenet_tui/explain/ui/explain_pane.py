"""The explain pane: what the phase or op at the cursor does, with the numbers of the moment."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from lenet_tui.explain.explain_values import at_cursor
from lenet_tui.explain.words.pane import explain_words
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.protocol.frame import Frame, Parameter


class ExplainPane(Pane):
    """A screenful of text that follows the cursor; the most important line first."""

    DEFAULT_CSS = "ExplainPane { height: 1fr; } ExplainPane Static { padding: 0 1; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parameters: Sequence[Parameter] = ()
        self._lines: list[str] = []

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(markup=False)

    def know(self, parameters: Sequence[Parameter]) -> None:
        """The engine has made its model: these are its parameters."""
        self._parameters = parameters

    def show(self, frame: Frame) -> None:
        found = at_cursor(frame, self._parameters)
        lines = explain_words(self.words, found.phase, found.op, found.values)
        if lines != self._lines:
            self._lines = lines
            text = Text("\n").join(Text(x, "" if n else "bold") for n, x in enumerate(lines))
            self.query_one(Static).update(text)
            self.query_one(VerticalScroll).scroll_home(animate=False)
