"""A line of text in pieces of one style each, which costs less to draw than Textual's content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.color import Color
from textual.filter import LineFilter
from textual.style import Style

from lenet_tui.terminal.ui.readable import has_text


@dataclass(frozen=True, slots=True)
class Runs:
    """``pieces``: each a text and its style, as markup names it; without one, the widget's own."""

    pieces: tuple[tuple[str, str], ...]
    width: int | None = None
    """In cells; ``None``: not known."""

    @property
    def plain(self) -> str:
        """The text alone."""
        return "".join(text for text, _ in self.pieces)

    def is_same(self, other: object) -> bool:
        """Whether nothing of the line would look otherwise."""
        return isinstance(other, Runs) and self.pieces == other.pieces


class StyleBook:
    """The styles of runs over a widget's own, each looked up and filtered once."""

    def __init__(self) -> None:
        self._base = Style.null()
        self._filters: tuple[LineFilter, ...] = ()
        self._known: dict[tuple[str, bool], RichStyle | None] = {}

    def segments(
        self, runs: Runs, base: Style, filters: Sequence[LineFilter], background: Color
    ) -> list[Segment]:
        """What a terminal draws a line with. ``base``: the widget's style, on a ``background``.

        ``filters``: of lines, which change styles and go by them, and by whether there is text.
        """
        if base is not self._base or tuple(filters) != self._filters:
            self._base, self._filters, self._known = base, tuple(filters), {}
        known, made = self._known, []
        for text, style in runs.pieces:
            key = style, not text.isspace() and has_text(text)
            if key not in known:
                full = (base + Style.parse(style)).rich_style if style else base.rich_style
                segments = [Segment("x" if key[1] else " ", full)]
                for each in filters:
                    segments = each.apply(segments, background)
                known[key] = segments[0].style
            made.append(Segment(text, known[key]))
        return made

    def forget(self) -> None:
        """Look all up anew: the colours have changed."""
        self._known.clear()
