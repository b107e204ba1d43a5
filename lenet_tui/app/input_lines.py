"""What kind of thing an input is, and the lines that show tokens and tables."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from lenet_tui.tensors.tiling import Shape
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import aligned

COLOUR, TOKENS, TABLE, TENSOR = "colour", "tokens", "table", "tensor"
CHANNELS = 3
LEAST = 4
"""A picture has so many rows and columns at least; one without a batch four times as many."""
GAP = "  "


def kind_of(shape: Shape, dtype: str) -> str:
    """``colour``: (N, 3, H, W) or (3, H, W); ``tokens``: (N, T) or (T,) whole numbers; ``table``:
    (N, F) or (F,) numbers; else ``tensor``, grey pictures among them.
    """
    if len(shape) <= 2:
        return TOKENS if dtype.startswith(("int", "uint")) else TABLE
    batch = len(shape) == CHANNELS + 1
    least = LEAST if batch else 4 * LEAST
    if len(shape) in (CHANNELS, CHANNELS + 1) and shape[-CHANNELS] == CHANNELS:
        return COLOUR if min(shape[-2:]) >= least else TENSOR
    return TENSOR


def row_of(shape: Shape, sample: int) -> tuple[int, int]:
    """The number of a sample's row, and how many elements it has."""
    if len(shape) < 2:
        return 0, shape[0] if shape else 1
    return max(0, min(sample, shape[0] - 1)), shape[1]


def token_lines(
    ids: Sequence[int], texts: Sequence[str], first: int, *, width: int, height: int
) -> list[tuple[str, str]]:
    """(places, tokens) of each line. ``texts``: one to each token, then each has a line of its own
    or a part of one; one of all; or none. ``first``: the place of the first.
    """
    last = len(str(first + max(0, len(ids) - 1)))
    if len(texts) == len(ids) and len(ids) > 1:
        wide = max((len(str(i)) for i in ids), default=1)
        cells = [f"{i:>{wide}} {clean(repr(t)[1:-1])}" for i, t in zip(ids, texts, strict=True)]
        return [(f"{first + n:>{last}}", cell) for n, cell in enumerate(cells[:height])]
    lines = [("", clean(texts[0]))] if texts else []
    wide = max((len(str(i)) for i in ids), default=1)
    across = max(1, (width - last - 1) // (wide + 1))
    for start in range(0, len(ids), across):
        part = " ".join(f"{i:>{wide}}" for i in ids[start : start + across])
        lines.append((f"{first + start:>{last}}", part))
    return lines[:height]


def table_lines(
    values: Sequence[float], first: int, *, width: int, height: int
) -> list[list[tuple[str, str]]]:
    """(place, number) of each cell of each line, in columns one after the other."""
    if not values or height < 1:
        return []
    last = len(str(first + len(values) - 1))
    texts = aligned(values)
    wide = last + 1 + max(map(len, texts))
    across = max(1, min((width + len(GAP)) // (wide + len(GAP)), ceil(len(values) / height)))
    down = min(height, ceil(len(values) / across))
    lines = []
    for line in range(down):
        places = range(line, len(values), down)
        lines.append([(f"{first + n:>{last}}", texts[n]) for n in places][:across])
    return lines
