"""The picture under the brush, as numbers, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from lenet_tui.protocol.picture import Pixels

SIZES = (1, 2, 3, 4, 5)
"""Pixels that the brush is wide."""
UNDONE = 200
"""Strokes that can be undone."""
INKED = 0.5
"""The share of a full pixel from which one counts as drawn."""
SHARP = 1
"""The widest brush without a soft rim."""

Place = tuple[int, int]
"""Row and column."""


class Drawing:
    """A picture of ``height`` × ``width`` numbers between ``low`` (empty) and ``high`` (full).

    ``pixels`` is never changed in place: a stroke puts another array there.
    """

    def __init__(self, height: int, width: int, low: float, high: float) -> None:
        self.low, self.high = low, high
        self.pixels: Pixels = np.full((height, width), low, np.float32)
        self.size = 3
        self._before: list[Pixels] = []

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def shares(self) -> Pixels:
        """The numbers as shares of the way from empty to full, cut to 0 … 1."""
        found: Pixels = np.clip((self.pixels - self.low) / (self.high - self.low), 0, 1)
        return found

    def begin(self) -> None:
        """What comes now is undone as one, back to here."""
        self._before.append(self.pixels)
        del self._before[:-UNDONE]

    def undo(self) -> bool:
        """Take back the last of these; whether there was one that changed anything."""
        while self._before:
            before, self.pixels = self.pixels, self._before.pop()
            if not np.array_equal(before, self.pixels):
                return True
        return False

    def stroke(self, start: Place, end: Place, *, erase: bool = False) -> None:
        """Draw or erase with the brush along the line between two places."""
        ink = np.zeros(self.pixels.shape, np.float32)
        steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
        for step in range(steps + 1):
            row = start[0] + (end[0] - start[0]) * step / steps
            col = start[1] + (end[1] - start[1]) * step / steps
            np.maximum(ink, self._dab(row, col), out=ink)
        span = np.float32(self.high - self.low)
        if erase:
            self.pixels = np.minimum(self.pixels, np.float32(self.high) - ink * span)
        else:
            self.pixels = np.maximum(self.pixels, np.float32(self.low) + ink * span)

    def _dab(self, row: float, col: float) -> Pixels:
        """How much ink one touch of the brush leaves on each pixel: 1 in its middle."""
        rows, cols = np.ogrid[: self.height, : self.width]
        if self.size <= SHARP:
            found: Pixels = ((rows == round(row)) & (cols == round(col))).astype(np.float32)
            return found
        distance = np.hypot(rows - row, cols - col)
        found = np.clip((self.size + 1) / 2 - distance, 0, 1).astype(np.float32)
        return found

    def shift(self, down: int, right: int) -> None:
        """Move the whole picture; what leaves it is gone."""
        moved = np.full_like(self.pixels, self.low)
        rows, cols = self.pixels.shape
        if abs(down) < rows and abs(right) < cols:
            moved[max(down, 0) : rows + min(down, 0), max(right, 0) : cols + min(right, 0)] = (
                self.pixels[
                    max(-down, 0) : rows - max(down, 0), max(-right, 0) : cols - max(right, 0)
                ]
            )
        self.pixels = moved

    @property
    def middle(self) -> tuple[float, float] | None:
        """The centre of mass (row, column); ``None``: it is empty."""
        ink = self.shares.astype(np.float64)
        mass = float(ink.sum())
        if not mass:
            return None
        rows, cols = np.ogrid[: self.height, : self.width]
        return float((ink * rows).sum() / mass), float((ink * cols).sum() / mass)

    def centre(self) -> None:
        """Shift it so that its centre of mass is as near to the middle as it gets."""
        middle = self.middle
        if middle is not None:
            down, right = (
                (n - 1) / 2 - at for n, at in zip(self.pixels.shape, middle, strict=True)
            )
            self.shift(round(down), round(right))

    @property
    def box(self) -> tuple[int, int, int, int] | None:
        """The rows and columns (first, end) that hold its ink; ``None``: it is empty."""
        inked = self.shares >= INKED
        if not inked.any():
            return None
        rows, cols = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
        return int(rows[0]), int(rows[-1]) + 1, int(cols[0]), int(cols[-1]) + 1

    @property
    def rows(self) -> int:
        """How many rows high its ink is."""
        return self.box[1] - self.box[0] if self.box else 0

    def fit(self, height: int) -> None:
        """Make its ink so many rows high, or as wide as the picture, and put it in the middle.

        It keeps its shape; between the pixels it is bilinear.
        """
        box = self.box
        if box is None:
            return
        top, bottom, left, right = box
        scale = min(height / (bottom - top), self.width / (right - left))
        down, across = (
            (np.arange(count) - (count - 1) / 2) / scale + (first + end - 1) / 2
            for count, first, end in zip(
                self.pixels.shape, (top, left), (bottom, right), strict=True
            )
        )
        along = _between(self.pixels, down, self.low)
        self.pixels = _between(along.T, across, self.low).T.astype(np.float32)

    def clear(self) -> None:
        """Make it empty."""
        self.pixels = np.full_like(self.pixels, self.low)

    def take(self, pixels: bytes) -> None:
        """Put another picture in its place: float32, row by row."""
        self.pixels = np.frombuffer(pixels, np.float32).reshape(self.pixels.shape).copy()


def _between(pixels: Pixels, at: npt.NDArray[np.float64], empty: float) -> Pixels:
    """The rows at these places, each mixed of the two beside it; beyond the picture is nothing."""
    around = np.pad(pixels, ((1, 1), (0, 0)), constant_values=empty)
    place = np.clip(at + 1, 0, len(around) - 1)
    first = np.minimum(place.astype(int), len(around) - 2)
    share = (place - first)[:, None].astype(np.float32)
    found: Pixels = around[first] * (1 - share) + around[first + 1] * share
    return found
