"""A row of a tensor's elements in their order in memory: some of it, or the largest of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.protocol.views import ViewRequest

KINDS = ("row", "largest")
Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


def row_of(tensor: Tensor, request: ViewRequest) -> tuple[Values, Places]:
    """The elements asked for and their places in the row, both (1, 1, n).

    A row that is not there is empty. Of equal elements the first comes first; NaN counts as the
    largest.
    """
    flat = tensor.reshape(-1)
    wrap = request.wrap if request.wrap > 0 else len(flat)
    start = max(request.row, 0) * wrap
    row = flat[start : start + wrap]
    if request.kind == "row":
        first = max(request.col, 0)
        values = _fetch(row[first : first + request.cols])
        places = np.arange(first, first + len(values), dtype=np.int64)
    else:
        found = torch.topk(row, min(max(request.cols, 0), len(row)))
        values, places = _fetch(found.values), found.indices.cpu().numpy().astype(np.int64)
        key = np.where(np.isnan(values), -np.inf, -values)
        order = np.lexsort((places, key))
        values, places = values[order], places[order]
    return values.reshape(1, 1, -1), places.reshape(1, 1, -1)


def _fetch(tensor: Tensor) -> Values:
    return tensor.cpu().numpy().astype(np.float64)
