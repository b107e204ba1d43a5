"""A tensor of any rank as a row of tiles, and where each element is in it."""

from __future__ import annotations

from math import prod

Shape = tuple[int, ...]
Index = tuple[int, ...]


def is_vector(shape: Shape) -> bool:
    """Whether at most one dimension is longer than 1: (), (6,), (1, 120), (10, 1, 1)."""
    return sum(n != 1 for n in shape) <= 1


def tiling(shape: Shape, wrap: int = 0) -> tuple[int, int, int]:
    """``(count, height, width)`` of the tiles that show a tensor of ``shape``.

    A vector is one tile, its elements in rows of ``wrap`` (0: one row); the last row may be short.
    Anything else is matrices of its last two dimensions, one tile for each index of those before
    them; trailing dimensions of length 1 do not count, so that 1×1 kernels are a matrix. An
    element's place in row-major order is ``(tile * height + row) * width + column``.
    """
    if is_vector(shape):
        size = prod(shape)
        width = min(wrap, size) if wrap > 0 else size
        return 1, -(-size // width) if width else 0, width
    while shape[-1] == 1:
        shape = shape[:-1]
    *lead, height, width = shape
    return prod(lead), height, width


def blocks(length: int, pixels: int) -> tuple[int, int]:
    """``(block, used)``: ``length`` elements on at most ``pixels`` pixels, ``block`` to each.

    ``used`` pixels are enough; the last may show fewer elements. ``blocks(length, used)``
    gives the same again, so that a pane and the engine agree.
    """
    if length <= 0 or pixels <= 0:
        return 1, 0
    used = -(-length // -(-length // pixels))
    return -(-length // used), used


def unravel(place: int, shape: Shape) -> Index:
    """The index of the element at ``place`` in row-major order."""
    index: list[int] = []
    for length in reversed(shape):
        place, at = divmod(place, length)
        index.append(at)
    return tuple(reversed(index))


def ravel(index: Index, shape: Shape) -> int:
    """The place of an element in row-major order: ``unravel``'s inverse."""
    place = 0
    for at, length in zip(index, shape, strict=True):
        place = place * length + at
    return place


def spot(index: Index, shape: Shape, wrap: int = 0) -> tuple[int, int, int]:
    """``(tile, row, column)`` of an element in the tiles of ``tiling``."""
    _, height, width = tiling(shape, wrap)
    rest, column = divmod(ravel(index, shape), max(1, width))
    return (*divmod(rest, max(1, height)), column)


def lead(shape: Shape) -> Shape:
    """The dimensions that number the tiles, outermost first; empty where there is one tile."""
    if is_vector(shape):
        return ()
    while shape[-1] == 1:
        shape = shape[:-1]
    return shape[:-2]


def tile_name(shape: Shape, tile: int, kernels: bool) -> str:
    """What a tile is called: ``3←1`` (output 3 from input 1) for kernels, else ``5`` or ``2·5``.

    Dimensions of length 1 are left out unless none is left.
    """
    dimensions = lead(shape)
    index = unravel(tile, dimensions)
    if kernels and len(dimensions) >= 2:
        out, into, *rest = map(str, index)
        name = out if dimensions[1] == 1 else f"{out}←{into}"
        return "·".join([name, *rest])
    named = [str(i) for i, length in zip(index, dimensions, strict=True) if length != 1]
    return "·".join(named) or ("0" if dimensions else "")
