"""What the confusion and the worst samples share: the same answer of the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import var

from lenet_tui.evaluation.request import Judged
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import spelled_content
from lenet_tui.protocol.frame import Frame
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.numbers import thousands


class JudgedPane(Pane):
    """Shows ``judged``, or what has to be done so that there is something to show."""

    ALLOW_MAXIMIZE = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "enter", show=False)]
    can_focus = True
    title_key = ""

    judged: var[Judged | None] = var(None, init=False)

    _frame: Frame | None = None

    def compose(self) -> ComposeResult:
        yield LineWidget()

    def show(self, frame: Frame) -> None:
        earlier, self._frame = self._frame, frame
        if earlier is None or earlier is frame or _asks(earlier) != _asks(frame):
            self.draw()

    def watch_judged(self) -> None:
        """Draw another answer."""
        self.draw()

    def on_resize(self) -> None:
        """Draw for another size."""
        super().on_resize()
        self.draw()

    def action_enter(self) -> None:
        """Nothing here can be entered, as a rule; the main screen's enter is of other panes."""

    def draw(self) -> None:
        """Draw what is known."""
        if self._frame is None or self.content_size.area == 0:
            return
        judged, words = self.judged, self.words
        if judged is None:
            key = "curves.judge" if self._frame.held_out else "curves.nothing.held-out"
            text = Content.styled(words(key), "$foreground-muted")
            lines = list(text.wrap(self.content_size.width))
            self.entitle([words(self.title_key), words(f"{self.title_key}.short")], "")
        else:
            lines = self.lines(judged, self.content_size.width, self.content_size.height)
            when = words("curves.judged", n=thousands(judged.iteration))
            titles = [words(self.title_key), words(f"{self.title_key}.short")]
            self.entitle([f"{title}  {when}" for title in titles], self.below(judged))
        self.query_one(LineWidget).put([spelled_content(self, line) for line in lines])

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, safe to be shown; empty where they are numbers."""
        samples = self._frame.samples if self._frame is not None else None
        return samples.names if samples is not None else ()

    def lines(self, judged: Judged, width: int, height: int) -> list[Content]:
        """The pane's lines in so many cells."""
        raise NotImplementedError

    def below(self, judged: Judged) -> list[str]:
        """Texts for the lower border, the longest first."""
        return [""]


def _asks(frame: Frame) -> tuple[object, ...]:
    """What these panes read of a frame."""
    return frame.held_out, frame.samples.names if frame.samples is not None else ()
