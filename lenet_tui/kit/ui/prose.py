"""Paragraphs in either language, broken where that language breaks its lines."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from lenet_tui.text.wrapping import wrap

TIED = "\u00a0"
"""A blank that no line is broken at."""


class Prose(Widget):
    """Text that fills its width and takes the height it needs."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Prose { height: auto; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""

    def show(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines it takes at ``width``."""
        return len(wrap(self._text, width, cell_len))

    def render(self) -> Content:
        lines = wrap(self._text, self.content_size.width, cell_len)
        return Content("\n".join(lines).replace(TIED, " "))
