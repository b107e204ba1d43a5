"""A picture ready to be shown line by line, and which of its lines differ from another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lenet_tui.core.arrangement import Arrangement, Room
from lenet_tui.core.numbers import ascii_text
from lenet_tui.core.tiles import Index
from lenet_tui.core.views import View
from lenet_tui.tui.heatmap.canvas import Placed, cursor_marks, paint, region_marks
from lenet_tui.tui.heatmap.ink import Cells, Ink
from lenet_tui.tui.heatmap.palette import Codes

Region = tuple[Index, Index]
"""First and last index of a part of one tile."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """``cells``: a number for each cell, as ``ink`` has them; ``codes``: the pixels under them.

    ``over``: line, column (in pixels): what stands there instead.
    """

    ink: Ink
    room: Room
    width: int
    codes: Codes
    cells: Cells
    over: dict[int, dict[int, Segment]] = field(default_factory=lambda: defaultdict(dict))

    def write(self, texts: Iterable[Placed], colour: Color | None, ascii_only: bool) -> None:
        """Put texts over the picture."""
        style = self.ink.blank_style + Style(color=colour)
        across = self.room.across
        for x, y, text in texts:
            shown = ascii_text(text) if ascii_only else text
            for place in range(0, len(shown), across):
                piece = shown[place : place + across].ljust(across)
                self.over[y][(x + place) // across] = Segment(piece, style)

    def mark(
        self, arrangement: Arrangement, regions: Iterable[Region], cursor: Index | None
    ) -> None:
        """Mark regions and the cursor."""
        for first, last in regions:
            box = arrangement.region(first, last)
            self._mark(region_marks(box, self.room) if box else (), False)
        box = arrangement.box(cursor) if cursor is not None else None
        self._mark(cursor_marks(box, self.room) if box else (), True)

    def _mark(self, marks: Iterable[Placed], cursor: bool) -> None:
        rows, cols = self.codes.shape
        for x, y, text in marks:
            if y < rows and x < cols:
                segment = self.ink.marked(int(self.codes[y, x]), text, cursor)
                self.over[y // self.room.line][x] = segment

    def differing(self, other: Drawing) -> list[int] | None:
        """The lines that differ from another drawing's; ``None``: all, they do not compare."""
        if self.ink is not other.ink or self.cells.shape != other.cells.shape:
            return None
        lines = set(np.flatnonzero((self.cells != other.cells).any(axis=1)).tolist())
        lines |= {
            y for y in self.over.keys() | other.over.keys() if self.over.get(y) != other.over.get(y)
        }
        return sorted(lines)

    def line(self, y: int) -> Strip:
        """A line of the picture; equal neighbours are one segment."""
        if y >= self.cells.shape[0] or not self.cells.shape[1]:
            return Strip.blank(self.width, self.ink.blank_style)
        row = self.cells[y]
        table = self.ink.segments
        over = self.over.get(y)
        changes = np.flatnonzero(row[1:] != row[:-1]) + 1
        if over or len(changes) * 2 > len(row):
            segments = [table[cell] for cell in row.tolist()]
            for x, segment in (over or {}).items():
                if x < len(segments):
                    segments[x] = segment
        else:
            segments = []
            ends = [*changes.tolist(), len(row)]
            for start, end in zip([0, *ends], ends, strict=False):
                text, style, _ = table[int(row[start])]
                segments.append(Segment(text * (end - start), style))
        rest = self.width - len(row) * self.room.across
        if rest > 0:
            segments.append(Segment(" " * rest, self.ink.blank_style))
        return Strip(segments, self.width)


def draw(shown: tuple[View, Arrangement] | None, ink: Ink, width: int, height: int) -> Drawing:
    """Draw a view in its arrangement, or nothing, in ``width`` × ``height`` cells."""
    room = ink.room(width, height)
    if shown is None:
        codes: Codes = np.full((room.rows, room.cols), ink.palette.blank, np.uint8)
    else:
        codes = paint(*shown, room, ink)
    return Drawing(ink, room, width, codes, ink.cells(codes))
