"""A learning-rate schedule as a picture of text, to be looked at before it is used."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_tui.protocol.schedules import Schedule
from lenet_tui.text.numbers import number, thousands

COLUMNS, ROWS = 60, 6
"""Cells of the curve."""
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""The bits of a braille cell: its two columns, each from below."""


def picture(
    schedule: Schedule,
    lr: float,
    iterations: int = 0,
    *,
    ascii: bool = False,
    columns: int = COLUMNS,
    rows: int = ROWS,
) -> list[str]:
    """The learning rate over the iterations, with the numbers of both axes.

    ``iterations``: how many will be run; 0: as many as the schedule has something to say of.
    ``columns``, ``rows``: the cells of the curve.
    """
    count = iterations or schedule.length
    wide, high = (columns, rows) if ascii else (2 * columns, 4 * rows)
    # Each column shows the iteration in its middle; where they are few, each has several columns.
    steps = [min(count - 1, (2 * place + 1) * count // (2 * wide)) for place in range(wide)]
    rates = [lr * schedule.factor(step) for step in steps]
    top = max(*rates, 1e-300)
    heights = [round(rate / top * (high - 1)) for rate in rates]
    curve = _stars(heights, rows) if ascii else _braille(heights, rows)
    labels = [number(top, 3), *[""] * (rows - 2), "0"]
    left = max(map(len, labels))
    lines = [f"{label:>{left}} {row}".rstrip() for label, row in zip(labels, curve, strict=True)]
    last = thousands(count)
    return [*lines, f"{'':{left}} 1{last:>{columns - 1}}"]


def _braille(heights: Sequence[int], rows: int) -> list[str]:
    cells = [[0] * (len(heights) // 2) for _ in range(rows)]
    before = heights[0]
    for place, height in enumerate(heights):
        low, high = sorted((before, height)) if abs(before - height) > 1 else (height, height)
        for dot in range(low, high + 1):
            cells[rows - 1 - dot // 4][place // 2] |= _DOTS[place % 2][dot % 4]
        before = height
    return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in cells]


def _stars(heights: Sequence[int], rows: int) -> list[str]:
    lines = [[" "] * len(heights) for _ in range(rows)]
    for place, height in enumerate(heights):
        lines[rows - 1 - height][place] = "*"
    return ["".join(line) for line in lines]
