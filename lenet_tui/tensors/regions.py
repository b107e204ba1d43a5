"""Regions of a tensor: all elements from a first index to a last."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, product
from math import prod

from lenet_tui.tensors.tiling import Index, Shape, is_vector, lead

Region = tuple[Index, Index]
TILES = 64
"""Parts that a region is cut into at most."""

Highlight = tuple[str, Index, Index]
"""A block to be marked: the tensor by its name, its first and its last element."""


def region_text(first: Index, last: Index) -> str:
    """``[0,0,4–8,5–9]``; empty for a single number."""
    sides = (str(a) if a == b else f"{a}–{b}" for a, b in zip(first, last, strict=True))
    return f"[{','.join(sides)}]" if first else ""


def parts(shape: Shape, first: Index, last: Index) -> list[Region]:
    """The region cut into parts of one tile each, as pictures of a tensor have them.

    Of a vector, whose rows break anywhere, single elements; nothing where that is all of it, or
    much. Nothing either where ``shape`` has no such region.
    """
    if not (len(shape) == len(first) == len(last)):
        return []
    if not all(0 <= a <= b < n for a, b, n in zip(first, last, shape, strict=True)):
        return []
    count = prod(b - a + 1 for a, b in zip(first, last, strict=True))
    if is_vector(shape):
        if count == prod(shape) > 1 or count > TILES:
            return []
        sides = [range(a, b + 1) for a, b in zip(first, last, strict=True)]
        return [(index, index) for index in product(*sides)]
    outer = len(lead(shape))
    sides = [range(a, b + 1) for a, b in zip(first[:outer], last[:outer], strict=True)]
    return [
        ((*tile, *first[outer:]), (*tile, *last[outer:])) for tile in islice(product(*sides), TILES)
    ]


def marked(highlights: Iterable[Highlight], name: str, shape: Shape) -> tuple[Region, ...]:
    """The regions to mark in the tensor ``name``, each once, in the order given."""
    blocks = [block for tensor, *block in highlights if tensor == name]
    return tuple(dict.fromkeys(part for b in blocks for part in parts(shape, *b)))
