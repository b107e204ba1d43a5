"""The explain pane: what the phase or op at the cursor does, with the numbers of the moment."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from lenet_tui.explain.explain_values import at_cursor
from lenet_tui.explain.words.pane import explain_words, failure_words
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.prose import Fitted
from lenet_tui.protocol.frame import Frame, Parameter
from lenet_tui.text.wrapping import balanced

ENDS = tuple(".。")
ALONE = ("Watch out", "注意")
"""What begins a paragraph of its own."""


class ExplainText(Fitted[list[str]]):
    """Lines of an explanation, the first in bold; sentences that belong together fill theirs."""

    def fitted(self, width: int) -> Content:
        texts = [
            Content.styled(line, "" if number else "bold")
            for number, paragraph in enumerate(paragraphs_of(self.given))
            for line in balanced(paragraph, width, cell_len)
        ]
        return Content("\n").join(texts)


class ExplainPane(Pane):
    """A screenful of text that follows the cursor; the most important line first."""

    DEFAULT_CSS = "ExplainPane { height: 1fr; } ExplainText { padding: 0 1; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parameters: Sequence[Parameter] = ()
        self._lines: list[str] = []

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield ExplainText([])

    def know(self, parameters: Sequence[Parameter]) -> None:
        """The engine has made its model: these are its parameters."""
        self._parameters = parameters

    def show(self, frame: Frame) -> None:
        found = at_cursor(frame, self._parameters)
        lines = explain_words(self.words, found.phase, found.op, found.values)
        if frame.failure is not None:
            lines = [*failure_words(self.words, frame), *lines]
        if lines != self._lines:
            self._lines = lines
            self.query_one(ExplainText).show(lines)
            self.query_one(VerticalScroll).scroll_home(animate=False)


def paragraphs_of(lines: Sequence[str]) -> list[str]:
    """The lines of an explanation with those joined that are one paragraph.

    The headline, a warning and a formula (what does not end as a sentence does) are one each. A
    warning goes on as far as its sentence does.
    """
    joined: list[str] = []
    open_ended = False
    for number, line in enumerate(lines):
        sentence = line.endswith(ENDS)
        before = joined[-1] if joined else ""
        unfinished = bool(before) and not before.endswith(ENDS)
        broken = unfinished and (before.startswith(ALONE) or (sentence and line[0].islower()))
        if number > 1 and (broken or (open_ended and sentence and not line.startswith(ALONE))):
            wide = cell_len(before[-1]) > 1 or cell_len(line[0]) > 1
            joined[-1] += line if wide else f" {line}"
        else:
            joined.append(line)
        open_ended = sentence and number > 0
    return joined
