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
    schedule: Schedule, lr: float, iterations: int = 0, *, ascii: bool = False
) -> list[str]:
    """The learning rate over the iterations, with the numbers of both axes.

    ``iterations``: how many will be run; 0: as many as the schedule has something to say of.
    """
    count = iterations or schedule.length
    wide, high = (COLUMNS, ROWS) if ascii else (2 * COLUMNS, 4 * ROWS)
    # Each column shows the iteration in its middle; where they are few, each has several columns.
    steps = [min(count - 1, (2 * place + 1) * count // (2 * wide)) for place in range(wide)]
    rates = [lr * schedule.factor(step) for step in steps]
    top = max(*rates, 1e-300)
    heights = [round(rate / top * (high - 1)) for rate in rates]
    curve = _stars(heights) if ascii else _braille(heights)
    labels = [number(top, 3), *[""] * (ROWS - 2), "0"]
    left = max(map(len, labels))
    lines = [f"{label:>{left}} {row}".rstrip() for label, row in zip(labels, curve, strict=True)]
    last = thousands(count)
    return [*lines, f"{'':{left}} 1{last:>{COLUMNS - 1}}"]


def _braille(heights: Sequence[int]) -> list[str]:
    cells = [[0] * COLUMNS for _ in range(ROWS)]
    before = heights[0]
    for place, height in enumerate(heights):
        low, high = sorted((before, height)) if abs(before - height) > 1 else (height, height)
        for dot in range(low, high + 1):
            cells[ROWS - 1 - dot // 4][place // 2] |= _DOTS[place % 2][dot % 4]
        before = height
    return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in cells]


def _stars(heights: Sequence[int]) -> list[str]:
    rows = [[" "] * COLUMNS for _ in range(ROWS)]
    for place, height in enumerate(heights):
        rows[ROWS - 1 - height][place] = "*"
    return ["".join(row) for row in rows]
