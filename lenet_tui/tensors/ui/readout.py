"""The number under the cursor: of a pixel with many elements, the one whose colour it has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.tensors.arrangement import Arrangement
from lenet_tui.tensors.tiling import Index, Shape, spot, tiling, unravel


@dataclass(frozen=True, slots=True)
class Readout:
    """``value`` at ``index``; the largest in magnitude of ``count`` elements."""

    index: Index
    value: float
    count: int


def readout_request(
    key: str, tensor: str, shape: Shape, cursor: Index, layout: Arrangement | None
) -> ViewRequest:
    """Asks for the elements that ``cursor`` is on: one, or a pixel's of ``layout``."""
    wrap = layout.wrap if layout else 0
    down, across = layout.block if layout else (1, 1)
    tile, row, col = spot(cursor, shape, wrap)
    row, col = row // down * down, col // across * across
    return ViewRequest(key, tensor, "numbers", tile, 1, down, across, row, col, wrap)


def readout(view: View, cursor: Index, layout: Arrangement | None) -> Readout | None:
    """The number in the answer to ``readout_request``; ``None`` if it is the answer to another."""
    expected = readout_request(view.request.key, view.request.tensor, view.shape, cursor, layout)
    if view.request != expected or view.values is None or not view.values.size:
        return None
    values = view.values[0]
    _, height, width = tiling(view.shape, view.request.wrap)
    size = int(np.prod(view.shape, dtype=np.int64))
    rows, cols = np.indices(values.shape)
    request = view.request
    places = (request.first * height + request.row + rows) * width + request.col + cols
    there = places < size
    magnitude = np.where(np.isnan(values), np.inf, np.abs(values))
    best = np.unravel_index(np.argmax(np.where(there, magnitude, -1.0)), values.shape)
    return Readout(unravel(int(places[best]), view.shape), float(values[best]), int(there.sum()))
