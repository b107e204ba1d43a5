"""A line of text in pieces of one style each, which costs less to draw than Textual's content."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.style import Style


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
    """The styles of runs over a widget's own, each looked up once."""

    def __init__(self) -> None:
        self._base = Style.null()
        self._known: dict[str, RichStyle] = {}

    def segments(self, runs: Runs, base: Style) -> list[Segment]:
        """What a terminal draws a line with. ``base``: the widget's style."""
        if base is not self._base:
            self._base, self._known = base, {"": base.rich_style}
        known = self._known
        for style in {style for _, style in runs.pieces} - known.keys():
            known[style] = (base + Style.parse(style)).rich_style
        return [Segment(text, known[style]) for text, style in runs.pieces]

    def forget(self) -> None:
        """Look all up anew: the colours have changed."""
        self._base = Style.null()
