"""A view's levels at their places in a pane, and the names and marks over them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.cells import cell_len

from lenet_tui.protocol.views import View
from lenet_tui.tensors.arrangement import Arrangement, Box, Room
from lenet_tui.tensors.tiling import tile_name
from lenet_tui.tensors.ui.heatmap.ink import Ink
from lenet_tui.tensors.ui.heatmap.palette import Codes

Placed = tuple[int, int, str]
"""(x, y, text): for a name cells, for a mark pixels."""


def paint(view: View, arrangement: Arrangement, room: Room, ink: Ink) -> Codes:
    """The palette's code of every pixel of ``room``."""
    rows = -(-room.rows // room.line) * room.line
    canvas: Codes = np.full((rows, room.cols), ink.palette.blank, np.uint8)
    if view.levels is None:
        return canvas
    codes = ink.levels[view.levels]
    down, across = arrangement.zoom
    if (down, across) != (1, 1):
        codes = codes.repeat(down, axis=1).repeat(across, axis=2)
    for tile, picture in zip(arrangement.shown, codes, strict=False):
        origin = arrangement.origin(tile)
        if origin is not None:
            x, y = origin
            part = picture[: max(0, rows - y), : max(0, room.cols - x)]
            canvas[y : y + part.shape[0], x : x + part.shape[1]] = part
    return canvas


def names(
    arrangement: Arrangement, room: Room, kernels: bool, long: str, sample: bool
) -> list[Placed]:
    """The name of each tile, above it; where they are too narrow, only the first of each row's.

    ``long``: as in ``channel {name}``, used if it fits. ``sample``: one sample's channels are
    shown, so that names leave its number out.
    """
    if not arrangement.label:
        return []
    space = arrangement.pitch[1] * room.across - 1
    named = []
    for tile in arrangement.shown:
        shape = arrangement.shape[1:] if sample else arrangement.shape
        name = tile_name(shape, tile - arrangement.first if sample else tile, kernels)
        origin = arrangement.origin(tile)
        if origin is not None:
            named.append((origin[0] * room.across, (origin[1] - arrangement.label), name))
    if any(len(name) > space for *_, name in named):
        width = room.cols * room.across
        return [(x, y // room.line, name[:width]) for x, y, name in named if x == 0]
    spelled = [long.format(name=name) for *_, name in named]
    if spelled and max(map(cell_len, spelled)) <= space:
        return [(x, y // room.line, s) for (x, y, _), s in zip(named, spelled, strict=True)]
    return [(x, y // room.line, name) for x, y, name in named]


def cursor_marks(box: Box, room: Room) -> Iterator[Placed]:
    """``(x, y, mark)`` of the pixels, one to a cell, that show the cursor on ``box``."""
    if room.line == 1:
        yield from _all(box, room)
    elif box.width == 1:
        mark = "┃" if box.height > 1 else "╻" if box.y % 2 else "╹"
        yield box.x, box.y, mark
    else:
        y = box.y + (box.height - 1) // 2
        yield box.x, y, "["
        yield box.x + box.width - 1, y, "]"


def region_marks(box: Box, room: Room) -> Iterator[Placed]:
    """``(x, y, mark)`` of the pixels that show a region: its corners, or its edge where a mark is
    an underline.
    """
    right, bottom = box.x + box.width - 1, box.y + box.height - 1
    if room.line == 1:
        for x, y, mark in _all(box, room):
            if x in (box.x, right) or y in (box.y, bottom):
                yield x, y, mark
    elif box.y // 2 == bottom // 2:
        yield box.x, box.y, "◻" if box.width == 1 else "["
        if box.width > 1:
            yield right, box.y, "]"
    elif box.width == 1:
        yield box.x, box.y, "╷"
        yield box.x, bottom, "╵"
    else:
        yield box.x, box.y, "┌"
        yield right, box.y, "┐"
        yield box.x, bottom, "└"
        yield right, bottom, "┘"


def _all(box: Box, room: Room) -> Iterator[Placed]:
    for y in range(box.y, min(box.y + box.height, room.rows)):
        for x in range(box.x, min(box.x + box.width, room.cols)):
            yield x, y, ""
