"""Laying out a tensor's tiles so that they use the room there is."""

from __future__ import annotations

from math import prod

from lenet_tui.tensors.arrangement import Arrangement, Room
from lenet_tui.tensors.tiling import Shape, blocks, is_vector, lead, tiling

GAP = 1
"""Pixels between tiles."""
KERNEL = 11
"""Tiles up to this size are never reduced: a kernel's every number is seen."""
LEAST = 6
"""Larger tiles are reduced to no fewer pixels than this so that more of them are seen."""
ENOUGH = 0.6
"""A vector gets few rows as long as its elements have this share of their largest possible size."""
MUCH = 1.5
"""Tiles go without their names where they can be magnified so many times as much."""
MANY = 2
"""Tiles go without their names where so many times as many are seen then."""
WIDER = 2
"""Small tiles are magnified so many times as far across as down where a pixel takes a line."""
MOST_STRETCH = 4
"""Rows (or columns) of a matrix reduced the other way are magnified at most this much."""


def arrange(
    shape: Shape, room: Room, *, kernels: bool = False, sample: int | None = None, top: int = 0
) -> Arrangement:
    """The layout of a tensor of ``shape`` in ``room``.

    ``kernels``: the first two dimensions are outputs and inputs. ``sample``: show only that index
    of the first dimension (of an activation). ``top``: scroll to that row of the grid.

    Small tensors are magnified by a whole factor, the same both ways but where lines are scarce;
    large ones are reduced, a matrix independently down and across; where tiles cannot all be
    shown, they scroll.
    """
    if prod(shape) == 0 or room.cols < 1 or room.rows < 1:
        return _grid(shape, 0, (0, 0), (0, 0), room, columns=0, count=0)
    if is_vector(shape):
        return _vector(shape, room)
    count, height, width = tiling(shape)
    dimensions = lead(shape)
    first = 0
    if sample is not None and dimensions and not kernels:
        count = prod(dimensions[1:])
        first = min(max(sample, 0), dimensions[0] - 1) * count
    if not dimensions:
        return _matrix(shape, room)
    if count == 1:
        pixels = shrunk(height, width, room.rows, room.cols)
        zoom = min(room.rows // pixels[0], room.cols // pixels[1])
        return _grid(shape, first, pixels, (zoom, zoom), room)
    return _tiles(shape, room, kernels, first, count).scrolled(top)


def _vector(shape: Shape, room: Room) -> Arrangement:
    size = prod(shape)
    block = -(-size // (room.cols * room.rows))
    wrap = min(size, room.cols * block) if block > 1 else _wrap(size, room)
    rows = -(-size // wrap)
    used = blocks(wrap, room.cols)[1]
    zoom = min(room.cols // used, room.rows // rows)
    return _grid(shape, 0, (rows, used), (zoom, zoom), room, wrap=wrap)


def _wrap(size: int, room: Room) -> int:
    """How many elements a row has: few rows, of large elements.

    Best are whole divisions of the vector, then round numbers, then as many as there is room for.
    """
    longest = min(size, room.cols)
    zooms = {
        wrap: min(room.cols // wrap, room.rows // -(-size // wrap))
        for wrap in range(1, longest + 1)
        if wrap == longest or size % wrap == 0 or wrap % 5 == 0
    }
    least = max(1, ENOUGH * max(zooms.values()))
    large = [wrap for wrap, zoom in zooms.items() if zoom >= least]
    return max((wrap for wrap in large if size % wrap == 0), default=max(large))


def _matrix(shape: Shape, room: Room) -> Arrangement:
    _, height, width = tiling(shape)
    down, rows = blocks(height, room.rows)
    across, cols = blocks(width, room.cols)
    zoom_y, zoom_x = room.rows // rows, room.cols // cols
    if down == across:
        zoom_y = zoom_x = min(zoom_y, zoom_x)
    zoom = (min(zoom_y, MOST_STRETCH), min(zoom_x, MOST_STRETCH))
    if down == across == 1:
        zoom = (zoom_y, zoom_x)
    return _grid(shape, 0, (rows, cols), zoom, room)


def shrunk(height: int, width: int, rows: int, cols: int) -> tuple[int, int]:
    """Pixels of a picture that must fit ``rows`` × ``cols`` in their own aspect."""
    block = max(-(-height // rows), -(-width // cols))
    return -(-height // block), -(-width // block)


def _tiles(shape: Shape, room: Room, kernels: bool, first: int, count: int) -> Arrangement:
    """Tiles under their names; without them where each is then much larger, many more are seen, or
    all are seen whole.

    A kernel is not reduced for the sake of its name.
    """
    named = room.rows >= 2 * room.line + 2
    layouts = [
        _labelled(shape, room, kernels, (first, count), label)
        for label in ((room.line, 0) if named else (0,))
    ]
    best = layouts[0]
    for other in layouts[1:]:
        whole = len(other.shown) == other.count and other.block == (1, 1)
        larger = prod(other.zoom) >= MUCH**2 * prod(best.zoom) or best.block != (1, 1)
        kernel_sized = max(other.height, other.width) <= KERNEL
        finer = kernel_sized and other.block == (1, 1) != best.block
        many = other.block == best.block and len(other.shown) >= MANY * len(best.shown)
        if finer or many or (whole and (larger or len(best.shown) < best.count)):
            best = other
    return best


def _labelled(
    shape: Shape, room: Room, kernels: bool, tiles: tuple[int, int], label: int
) -> Arrangement:
    """The layout of ``tiles`` (first, count) with names of ``label`` pixels."""
    first, count = tiles
    _, height, width = tiling(shape)
    fitted = _structured(shape, room, label) if kernels else None
    if fitted:
        zoom, columns, across = fitted
        return _grid(
            shape, 0, (height, width), zoom, room, columns=columns, label=label,
            count=count, across=across,
        )  # fmt: skip
    for pixels in _sizes(height, width, room, label):
        whole = pixels == (height, width)
        zoom, columns = _flow(count, pixels, room, label, whole)
        if prod(zoom):
            break
    else:
        zoom, columns = (1, 1), max(1, (room.cols + GAP) // (pixels[1] + GAP))
        inputs = lead(shape)[-1]
        if kernels and 1 < inputs <= columns:
            columns = inputs  # an output to each row of the grid
    return _grid(
        shape, first, pixels, zoom, room, columns=columns, label=label, count=count
    )  # fmt: skip


def _structured(shape: Shape, room: Room, label: int) -> tuple[tuple[int, int], int, bool] | None:
    """``(zoom, columns, across)`` of kernels as outputs × inputs, or turned, if all fit."""
    dimensions = lead(shape)
    if len(dimensions) != 2 or min(dimensions) == 1:
        return None
    out, into = dimensions
    _, height, width = tiling(shape)
    upright = _zoom(out * into, (height, width), room, label, into)
    turned = _zoom(out * into, (height, width), room, label, out)
    if not max(prod(upright), prod(turned)):
        return None
    if prod(upright) >= prod(turned):
        return upright, into, False
    return turned, out, True


def _sizes(height: int, width: int, room: Room, label: int) -> list[tuple[int, int]]:
    """Pixel sizes of a tile worth trying, the largest first; the last is what is scrolled."""
    fits = shrunk(height, width, max(1, room.rows - label), room.cols)
    sizes = [fits]
    if max(height, width) > KERNEL:
        block = -(-height // fits[0])
        while min(height, width) // (block + 1) >= LEAST:
            block += 1
            sizes.append((-(-height // block), -(-width // block)))
    return sizes


def _flow(
    count: int, pixels: tuple[int, int], room: Room, label: int, whole: bool
) -> tuple[tuple[int, int], int]:
    """``(zoom, columns)`` that show ``count`` tiles the largest, in few even rows; zoom 0: none."""
    best = (0, 0, 0, (0, 0))
    for columns in range(min(count, room.cols), 0, -1):
        zoom = _zoom(count, pixels, room, label, columns, whole=whole)
        rows = -(-count // columns)
        best = max(best, (prod(zoom), -rows, -columns, zoom))
    return best[3], -best[2]


def _zoom(
    count: int, pixels: tuple[int, int], room: Room, label: int, columns: int, *, whole: bool = True
) -> tuple[int, int]:
    """How much (down, across) tiles can be magnified in ``columns`` columns so that all are seen;
    0: not so.

    ``whole``: they are not reduced; small ones may be wider then, where lines are scarce.
    """
    rows = -(-count // columns)
    widest = zoom = max(0, ((room.cols + GAP) // columns - GAP) // pixels[1])
    space = label or (GAP if rows > 1 else 0)
    while zoom > 0:
        tall = pixels[0] * zoom
        if (rows - 1) * _pitch(tall, space, room) + label + tall <= room.rows:
            break
        zoom -= 1
    if not whole or room.line > 1 or max(pixels) > KERNEL:
        return zoom, zoom
    return zoom, min(widest, WIDER * zoom)


def _pitch(tall: int, space: int, room: Room) -> int:
    """Pixels from one grid row to the next: a whole number of lines of text."""
    return max(1, -(-(tall + space) // room.line) * room.line)


def _grid(
    shape: Shape,
    first: int,
    pixels: tuple[int, int],
    zoom: tuple[int, int],
    room: Room,
    *,
    columns: int = 1,
    label: int = 0,
    wrap: int = 0,
    count: int = 1,
    across: bool = False,
) -> Arrangement:
    _, height, width = tiling(shape, wrap)
    tall, wide = pixels[0] * zoom[0], pixels[1] * zoom[1]
    space = label or (GAP if count > columns else 0)
    down = _pitch(tall, space, room)
    visible = max(1, (room.rows - label - tall) // down + 1) if count else 0
    return Arrangement(
        shape, wrap, height, width, first, count,
        (blocks(height, pixels[0])[0], blocks(width, pixels[1])[0]), pixels, zoom, columns, across,
        0, visible, label, (down, wide + GAP),
    )  # fmt: skip
