"""A picture ready to be shown line by line, and which of its lines differ from another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lenet_tui.protocol.views import View
from lenet_tui.tensors.arrangement import Arrangement, Room
from lenet_tui.tensors.tiling import Index
from lenet_tui.tensors.ui.heatmap.canvas import Placed, cursor_marks, paint, region_marks
from lenet_tui.tensors.ui.heatmap.ink import Cells, Ink
from lenet_tui.tensors.ui.heatmap.palette import Codes
from lenet_tui.terminal.ui.pens import Cell, CellStrip
from lenet_tui.text.numbers import ascii_text

Region = tuple[Index, Index]
"""First and last index of a part of one tile."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """``cells``: a number for each cell, as ``ink`` has them; ``codes``: the pixels under them.

    ``over``: line, column (in pixels): what is drawn there instead.
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
            for place, piece in enumerate(_pieces(shown, across), x // across):
                self.over[y][place] = Segment(piece, style)

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
        numbers = self.cells[y]
        row: list[int] = numbers.tolist()
        over = self.over.get(y)
        rest = self.width - len(row) * self.room.across
        table = self.ink.segments
        segments = [table[cell] for cell in row]
        if over or rest:
            for x, mark in over.items() if over else ():
                segments[x : x + 1] = [mark] if x < len(row) else []
            segments.append(Segment(" " * rest, self.ink.blank_style))
            some = Segment.simplify(s for s in segments if s.text)
            return Strip(some).adjust_cell_length(self.width, self.ink.blank_style)

        def cells(system: ColorSystem) -> list[Cell]:
            drawn = self.ink.drawn[system]
            return [cell for number in row for cell in drawn[number]]

        changes = np.flatnonzero(numbers[1:] != numbers[:-1]) + 1
        if len(changes) * 2 < len(row):
            ends = [*changes.tolist(), len(row)]
            segments = [
                Segment(segments[start].text * (end - start), segments[start].style)
                for start, end in zip([0, *ends], ends, strict=False)
            ]
        return CellStrip(segments, self.width, cells)


def _pieces(text: str, across: int) -> Iterator[str]:
    """The part of ``text`` on each pixel; a wide character leaves nothing to the next."""
    piece = ""
    for character in text:
        if cell_len(piece) + cell_len(character) > across and piece:
            yield piece.ljust(across)
            piece = ""
        piece += character
        if cell_len(piece) >= across:
            yield piece
            yield from [""] * (cell_len(piece) - across)
            piece = ""
    if piece:
        yield piece.ljust(across)


def draw(shown: tuple[View, Arrangement] | None, ink: Ink, width: int, height: int) -> Drawing:
    """Draw a view in its arrangement, or nothing, in ``width`` × ``height`` cells."""
    room = ink.room(width, height)
    if shown is None:
        codes: Codes = np.full((room.rows, room.cols), ink.palette.blank, np.uint8)
    else:
        codes = paint(*shown, room, ink)
    return Drawing(ink, room, width, codes, ink.cells(codes))
