"""The line under a picture or a table of numbers: what the colours mean, and the statistics."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from lenet_tui.core.views import View
from lenet_tui.text.words import Words
from lenet_tui.tui.heatmap.ink import Ink
from lenet_tui.tui.heatmap.legend import legend


class LegendLine(Widget):
    """As much of the legend as there is room for."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "LegendLine { height: 1; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._said: tuple[View, Ink, Words, bool] | None = None
        self._line = Text()

    def show(self, view: View, ink: Ink, words: Words, moved: bool) -> None:
        """Explain ``view``, drawn with ``ink``; ``moved``: its scale is not the one before."""
        self._said = view, ink, words, moved
        if self.size.width and self._legend() != self._line:
            self.refresh()

    def _legend(self) -> Text:
        if self._said is None:
            return Text()
        view, ink, words, moved = self._said
        ascii_only = bool(getattr(self.app, "ascii", False))
        width = self.content_size.width
        return legend(view, ink, words, width=width, moved=moved, ascii_only=ascii_only)

    def render(self) -> Text:
        self._line = self._legend()
        return self._line
