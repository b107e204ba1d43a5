"""The line under a picture or a table of numbers: what the colours mean, and the statistics."""

from __future__ import annotations

from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.protocol.views import View
from lenet_tui.tensors.ui.heatmap.ink import Ink
from lenet_tui.tensors.ui.heatmap.legend import legend
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.words import Words


class LegendLine(LineWidget):
    """As much of the legend as there is room for."""

    DEFAULT_CSS = "LegendLine { height: 1; padding: 0 1; }"

    _explained: tuple[View, Ink, Words, bool] | None = None

    def show(self, view: View, ink: Ink, words: Words, moved: bool) -> None:
        """Explain ``view``, drawn with ``ink``; ``moved``: its scale is not the one before."""
        self._explained = view, ink, words, moved
        self._draw()

    def on_resize(self) -> None:
        """More of it may fit, or less."""
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        if self._explained is None or not width:
            return
        view, ink, words, moved = self._explained
        ascii = ascii_only(self)
        self.put([legend(view, ink, words, width=width, moved=moved, ascii_only=ascii)])
