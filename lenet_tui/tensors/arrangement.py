"""Where the tiles of a tensor are in a pane, and which element a pixel is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from lenet_tui.protocol.views import ViewRequest
from lenet_tui.tensors.tiling import Index, Shape, spot, unravel


@dataclass(frozen=True, slots=True)
class Room:
    """The pixels of a pane: ``cols`` × ``rows``.

    ``line``: pixel rows in a line of text (2 with half-blocks, else 1). ``across``: cells that a
    pixel is wide (1 with half-blocks, else 2, so that pixels are about square).
    """

    cols: int
    rows: int
    line: int = 2
    across: int = 1

    @classmethod
    def of(cls, width: int, height: int, half_blocks: bool = True) -> Room:
        """The room of a widget of ``width`` × ``height`` cells."""
        return cls(width, height * 2) if half_blocks else cls(width // 2, height, 1, 2)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of pixels of the pane: a magnified pixel of a tile, or a region of them."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The tiles of a tensor laid out in a grid.

    ``height``, ``width``: of a tile, in elements. ``first``, ``count``: the tiles there are to
    show (such as one sample's channels). ``block``: elements (down, across) a pixel stands for;
    ``pixels``: of a tile, before each is magnified by ``zoom`` (down, across). ``columns`` of the
    grid; ``across``: filled column by column (kernels: inputs down, outputs across). ``top``: the
    first grid row shown, ``visible``: how many fit. ``label``: pixel rows of a tile's name above
    it. ``pitch``: pixels (down, across) from one tile to the next.
    """

    shape: Shape
    wrap: int
    height: int
    width: int
    first: int
    count: int
    block: tuple[int, int]
    pixels: tuple[int, int]
    zoom: tuple[int, int]
    columns: int
    across: bool
    top: int
    visible: int
    label: int
    pitch: tuple[int, int]

    @property
    def grid_rows(self) -> int:
        """Rows of the grid, with those scrolled away."""
        return -(-self.count // self.columns) if self.columns else 0

    @property
    def last_top(self) -> int:
        """How far the grid can be scrolled, in grid rows."""
        return max(0, self.grid_rows - self.visible)

    @property
    def shown(self) -> range:
        """The tiles that are shown now."""
        if self.across:
            return range(self.first, self.first + self.count)
        start = self.top * self.columns
        stop = min(self.count, start + self.visible * self.columns)
        return range(self.first + start, self.first + max(start, stop))

    def scrolled(self, top: int) -> Arrangement:
        """The same with grid row ``top`` first, as far as that goes."""
        return replace(self, top=max(0, min(top, self.last_top)))

    def request(self, key: str, tensor: str) -> ViewRequest:
        """What to ask the engine for."""
        return ViewRequest(
            key,
            tensor,
            first=self.shown.start,
            count=len(self.shown),
            rows=self.pixels[0],
            cols=self.pixels[1],
            wrap=self.wrap,
        )

    def origin(self, tile: int) -> tuple[int, int] | None:
        """Top left pixel (x, y) of a tile, below its name; ``None`` if it is not shown."""
        if tile not in self.shown:
            return None
        slot = tile - self.first
        if self.across:
            column, row = divmod(slot, self.grid_rows)
        else:
            row, column = divmod(slot, self.columns)
        return column * self.pitch[1], (row - self.top) * self.pitch[0] + self.label

    def tile_at(self, x: int, y: int) -> tuple[int, int, int] | None:
        """``(tile, down, right)`` of the tile pixel under a pane pixel, or ``None`` in a gap."""
        if x < 0 or y < 0 or not self.columns or not self.visible:
            return None
        column, right = divmod(x, self.pitch[1])
        row, down = divmod(y, self.pitch[0])
        down = (down - self.label) // self.zoom[0]
        right //= self.zoom[1]
        if column >= self.columns or row >= self.visible:
            return None
        if not (0 <= down < self.pixels[0] and right < self.pixels[1]):
            return None
        row += self.top
        if row >= self.grid_rows:
            return None
        slot = column * self.grid_rows + row if self.across else row * self.columns + column
        return (self.first + slot, down, right) if slot < self.count else None

    def index_at(self, x: int, y: int) -> Index | None:
        """Index of the (first) element under a pane pixel; ``None`` where there is none."""
        at = self.tile_at(x, y)
        if at is None:
            return None
        tile, row, column = at[0], at[1] * self.block[0], at[2] * self.block[1]
        place = (tile * self.height + row) * self.width + column
        return unravel(place, self.shape) if place < prod(self.shape) else None

    def spot(self, index: Index) -> tuple[int, int, int]:
        """``(tile, row, column)`` of an element."""
        return spot(index, self.shape, self.wrap)

    def box(self, index: Index) -> Box | None:
        """The magnified pixel that shows an element: ``index_at``'s inverse."""
        return self.region(index, index)

    def region(self, first: Index, last: Index) -> Box | None:
        """The pixels that show the elements from ``first`` to ``last`` of one tile."""
        tile, top, left = self.spot(first)
        _, bottom, right = self.spot(last)
        origin = self.origin(tile)
        if origin is None:
            return None
        (down, across), (zoom_y, zoom_x) = self.block, self.zoom
        y, x = top // down, left // across
        height, width = bottom // down - y + 1, right // across - x + 1
        return Box(
            origin[0] + x * zoom_x, origin[1] + y * zoom_y, width * zoom_x, height * zoom_y
        )  # fmt: skip
