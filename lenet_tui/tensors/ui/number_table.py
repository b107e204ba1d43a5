"""A window of a tensor's numbers, with the indices at its edges."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip

from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.tensors.tiling import Shape, is_vector, spot, tile_name, tiling, unravel
from lenet_tui.tensors.ui.heatmap.picker import Picker
from lenet_tui.text.numbers import aligned, ascii_text

CELL = 8
"""Columns for a number until wider ones have been seen."""
SPACE = 2
"""Columns between tiles."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which elements are seen: ``rows`` × ``cols`` of ``tile`` from (``row``, ``col``) on.

    Where tiles fit whole there are ``count`` of them, ``across`` in a row.
    """

    tile: int = 0
    row: int = 0
    col: int = 0
    rows: int = 1
    cols: int = 1
    wrap: int = 0
    count: int = 1
    across: int = 1


class NumberTable(Picker):
    """The numbers of a tensor with four digits each; the cursor is on one of them.

    As many small tiles as fit, such as kernels, are seen at once under their names.

    ``long``: a tile's name in full, as in ``channel {name}``.
    """

    DEFAULT_CSS = "NumberTable { height: 1fr; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.long = "{name}"
        self._shape: Shape = ()
        self._kernels = False
        self._window = Window()
        self._drawn = Window()
        self._values: npt.NDArray[np.float64] | None = None
        self._lines: list[list[Segment]] = []
        self._cell = CELL
        self._tensor_name = ""

    # What is seen

    def request(self, key: str, tensor: str, shape: Shape, kernels: bool) -> ViewRequest:
        """What to ask the engine for, the cursor in it."""
        if tensor != self._tensor_name:
            self._tensor_name, self._cell = tensor, CELL
        self._shape, self._kernels = shape, kernels
        if self.cursor is not None and len(self.cursor) != len(shape):
            self.cursor = None
        window = self._window = self._fit()
        return ViewRequest(
            key, tensor, "numbers", window.tile, window.count, window.rows, window.cols,
            window.row, window.col, window.wrap,
        )  # fmt: skip

    def show(self, view: View) -> None:
        """Show the numbers; ``request`` asked for them."""
        self._values = view.values if view.values is not None and len(view.values) else None
        self._drawn = self._window
        if self._values is not None and self._values.size:
            self._cell = max(self._cell, 1 + max(map(len, self._texts(self._values))))
        self._draw()
        if self._fit() != self._window:
            self.post_message(self.Reshaped())

    def forget(self) -> None:
        """Show no numbers until the next view."""
        self._values = None
        self._draw()

    def _fit(self) -> Window:
        """The window, moved as little as need be so that the cursor is in it."""
        rows = max(1, self.size.height - 1 - bool(self._tiles > 1))
        edge = self._edge_width()
        cols = max(1, (self.size.width - edge) // self._cell)
        wrap = _round(cols) if is_vector(self._shape) else 0
        cols = wrap or cols
        count, height, width = tiling(self._shape, wrap)
        old = self._window
        tile, row, col = self._spot(wrap) or (old.tile, -1, -1)
        tile = max(0, min(tile, count - 1))
        down, across = self._whole(count, height, width)
        if down * across > 1:
            first = _follow(old.tile // across, down, tile // across, -(-count // across)) * across
            shown = min(down * across, count - first)
            return Window(first, 0, 0, height, width, 0, shown, across)
        first_row = _follow(old.row, rows, row, height)
        first_col = _follow(old.col, cols, col, width)
        return Window(tile, first_row, first_col, rows, cols, wrap)

    def _whole(self, count: int, height: int, width: int) -> tuple[int, int]:
        """How many tiles fit whole, down and across."""
        tall, wide = 2 + height, self._edge_width() + width * self._cell
        if count < 2 or not height or not width:
            return 1, 1
        return self.size.height // tall, (self.size.width + SPACE) // (wide + SPACE)

    def _spot(self, wrap: int) -> tuple[int, int, int] | None:
        """Tile, row and column of the cursor's element."""
        if self.cursor is None or len(self.cursor) != len(self._shape):
            return None
        return spot(self.cursor, self._shape, wrap)

    @property
    def _tiles(self) -> int:
        return tiling(self._shape)[0]

    def _edge_width(self) -> int:
        longest = max(self._shape, default=1)
        return len(str(max(0, longest - 1))) + 1

    # Drawing

    def _draw(self) -> None:
        self._lines = self._make() if self._values is not None else []
        self.refresh()

    def _make(self) -> list[list[Segment]]:
        assert self._values is not None
        window = self._drawn
        texts = self._texts(self._values)
        size = self._values[0].size
        blocks = [
            self._block(window.tile + n, texts[n * size : (n + 1) * size])
            for n in range(len(self._values))
        ]
        lines: list[list[Segment]] = []
        for first in range(0, len(blocks), window.across):
            beside = blocks[first : first + window.across]
            lines += (self._side_by_side(pieces) for pieces in zip(*beside, strict=True))
        return lines

    def _side_by_side(self, pieces: tuple[list[Segment], ...]) -> list[Segment]:
        """A line of several tiles, each as wide as its numbers."""
        wide = self._edge_width() + self._drawn.cols * self._cell + SPACE
        line: list[Segment] = []
        for piece in pieces:
            room = wide - Segment.get_line_length(piece)
            line += [*piece, self._segment(" " * max(0, room), self.rich_style)]
        return line[:-1]

    def _block(self, tile: int, texts: list[str]) -> list[list[Segment]]:
        """The lines of one tile, whose numbers are ``texts``."""
        assert self._values is not None
        window = self._drawn
        plain, faint = self.rich_style, self.rich_style + Style(dim=True)
        _, rows, cols = self._values.shape
        cell, edge = self._cell, self._edge_width()
        shown = max(1, min(cols, (self.size.width - edge) // cell))
        lines: list[list[Segment]] = []
        if self._tiles > 1:
            name = tile_name(self._shape, tile, self._kernels)
            lines.append([self._segment(self.long.format(name=name), plain)])
        heads = [f"+{c}" if window.wrap else f"{window.col + c}" for c in range(shown)]
        head = " " * edge + "".join(text.rjust(cell) for text in heads)
        lines.append([self._segment(head, faint)])
        at = self._spot(window.wrap) if self.has_focus else None
        for r in range(rows):
            row = window.row + r
            label = row * window.wrap if window.wrap else row
            line = [self._segment(f"{label}".rjust(edge - 1) + " ", faint)]
            for c in range(shown):
                here = at == (tile, row, window.col + c)
                text = texts[r * cols + c].rjust(cell - 1) if self._there(row, c) else ""
                line.append(self._segment(" ", plain))
                style = plain + Style(reverse=True) if here else plain
                line.append(self._segment(text.rjust(cell - 1), style))
            lines.append(line)
        return lines

    def _texts(self, values: npt.NDArray[np.float64]) -> list[str]:
        """The numbers as they are shown: in ASCII an infinity takes more columns."""
        texts = aligned(values.ravel().tolist())
        return [ascii_text(text) for text in texts] if ascii_only(self) else texts

    def _there(self, row: int, col: int) -> bool:
        """Whether a wrapped vector has an element there."""
        wrap = self._drawn.wrap
        return not wrap or row * wrap + self._drawn.col + col < prod(self._shape)

    def _segment(self, text: str, style: Style) -> Segment:
        return Segment(ascii_text(text) if ascii_only(self) else text, style)

    def render_line(self, y: int) -> Strip:
        if y >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        return Strip(self._lines[y]).adjust_cell_length(self.size.width, self.rich_style)

    def notify_style_update(self) -> None:
        """The theme has changed, and the colours with it."""
        super().notify_style_update()
        self._draw()

    def on_focus(self) -> None:
        """The cursor is seen while the table has the focus."""
        if self.cursor is None and self._values is not None and self._values.size:
            window = self._window
            self._go(window.tile, window.row, window.col)
        self._draw()

    def on_blur(self) -> None:
        """The cursor is not drawn without the focus."""
        self._draw()

    def watch_cursor(self) -> None:
        """Draw the cursor, or ask for the numbers where it is now."""
        self._draw()
        if self.is_attached and self._values is not None and self._fit() != self._window:
            self.post_message(self.Reshaped())

    # Moving

    def action_step(self, right: int, down: int) -> None:
        """Move by one element, past the edge of a tile to the one beside it that is seen."""
        tile, row, col = self._spot(self._window.wrap) or (self._window.tile, 0, 0)
        self._go(*self._beyond(tile, row + down, col + right))

    def _beyond(self, tile: int, row: int, col: int) -> tuple[int, int, int]:
        """A place past the edge of a tile as one of the tile beside it, where several are seen."""
        count, height, width = tiling(self._shape, self._window.wrap)
        if self._window.count > 1:
            by = self._window.across * ((row >= height) - (row < 0)) or (col >= width) - (col < 0)
            if by and 0 <= tile + by < count:
                return tile + by, row % height, col % width
        return tile, row, col

    def action_page(self, pages: int) -> None:
        """To another tile, or by a windowful of rows where there is one tile."""
        tile, row, col = self._spot(self._window.wrap) or (self._window.tile, 0, 0)
        if self._tiles > 1:
            self._go(tile + pages, row, col)
        else:
            self._go(tile, row + pages * self._window.rows, col)

    def action_edge(self, end: int) -> None:
        """To the tensor's first element or its last."""
        size = prod(self._shape)
        if self._values is not None and size:
            self.place(unravel(size - 1 if end > 0 else 0, self._shape))

    def _go(self, tile: int, row: int, col: int) -> None:
        count, height, width = tiling(self._shape, self._window.wrap)
        if self._values is None or not (count and height and width):
            return
        tile, row, col = (
            max(0, min(tile, count - 1)), max(0, min(row, height - 1)), max(0, min(col, width - 1)),
        )  # fmt: skip
        place = min((tile * height + row) * width + col, prod(self._shape) - 1)
        self.place(unravel(place, self._shape))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a second click chooses."""
        if self._values is None or not self._values.size:
            return
        window, top = self._drawn, 1 + (self._tiles > 1)
        _, rows, cols = self._values.shape
        y, x, nth = event.y, event.x, 0
        if window.count > 1:
            below, y = divmod(y, top + rows)
            beside, x = divmod(x, self._edge_width() + cols * self._cell + SPACE)
            nth = below * window.across + beside if beside < window.across else window.count
        r, c = y - top, (x - self._edge_width()) // self._cell
        if 0 <= r < rows and 0 <= c < cols and nth < window.count:
            self._go(window.tile + nth, window.row + r, window.col + c)
            if event.chain > 1:
                self.action_choose()


def _follow(first: int, seen: int, at: int, length: int) -> int:
    """Where a window of ``seen`` must begin so that ``at`` (-1: nothing) is in it."""
    if at >= 0:
        first = min(max(first, at - seen + 1), at)
    return max(0, min(first, length - seen))


def _round(cols: int) -> int:
    """A row length that is easy to count in: 10, 5 or what there is."""
    return cols // 10 * 10 if cols >= 10 else 5 if cols >= 5 else cols
