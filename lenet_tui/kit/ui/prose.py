"""Paragraphs in either language, broken where that language breaks its lines."""

from __future__ import annotations

from typing import Generic, TypeVar

from rich.cells import cell_len
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from lenet_tui.text.wrapping import wrap

T = TypeVar("T")
TIED = "\u00a0"
"""A blank that no line is broken at."""


class Fitted(Widget, Generic[T]):
    """Shows ``given``, fitted to the width that there is, in the height that it needs then."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Fitted { height: auto; }"

    def __init__(self, given: T, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.given = given

    def fitted(self, width: int) -> Content:
        """What is shown at ``width``, broken into lines."""
        raise NotImplementedError

    def show(self, given: T) -> None:
        if given != self.given:
            self.given = given
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines it takes at ``width``."""
        return self.fitted(width).plain.count("\n") + 1

    def render(self) -> Content:
        return self.fitted(self.content_size.width)


class Prose(Fitted[str]):
    """Text that fills its width and takes the height it needs."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__("", id=id)

    def fitted(self, width: int) -> Content:
        return Content("\n".join(wrap(self.given, width, cell_len)).replace(TIED, " "))


class LongText(VerticalScroll):
    """Holds text that ``tab`` reaches only where there is more of it than is seen."""

    def allow_focus(self) -> bool:
        return self.max_scroll_y > 0
