"""Views: a tensor reduced to what a pane will show of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lenet_tui.protocol.fast_pickle import pickled_by_call

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ZERO = 125
"""The level of zero on a signed scale; levels run from 0 (−scale) to 250 (+scale).

On an unsigned scale 0 is zero and 250 is the scale's end."""
TOP = 250
ABSENT = 252
"""No element there: the rest of a wrapped vector's last row."""
MINUS_INF, PLUS_INF, NAN = 253, 254, 255


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Scale:
    """What the colours mean: 0 … ``limit`` (in the tensor's unit), or ±``limit`` if signed."""

    limit: float
    signed: bool


@pickled_by_call
@dataclass(frozen=True, slots=True)
class ViewRequest:
    """What a pane wants to show.

    ``key``: chosen by the pane, and returned in the answer. ``tensor``: a name. ``kind``:
    ``heatmap`` (tiles reduced to at most ``rows`` × ``cols`` pixels each), ``mean`` (the same, a
    pixel the mean of its block and not its largest), ``numbers`` (a window of ``rows`` × ``cols``
    elements from ``row``, ``col``, unreduced), ``row`` (of the elements in rows of ``wrap``,
    ``cols`` of row ``row`` from ``col`` on) or ``largest`` (the ``cols`` largest of that row).
    ``raw``: a gradient of a scaled loss as torch has it. ``texts``: also what the training file's
    ``decode`` makes of them.
    Else a tensor is a row of tiles, see ``tiling.tiling``:
    ``first`` and ``count`` choose some of them. ``wrap``: how many elements of a vector are in a
    row (0: all). ``scale``: the one to use again if the data still fit.
    """

    key: str
    tensor: str
    kind: str = "heatmap"
    first: int = 0
    count: int = 1
    rows: int = 1
    cols: int = 1
    row: int = 0
    col: int = 0
    wrap: int = 0
    scale: Scale | None = None
    texts: bool = False
    raw: bool = False


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Summary:
    """Statistics of the whole tensor (finite elements only, where there are any)."""

    low: float
    high: float
    mean: float
    std: float
    norm: float
    nan: int = 0
    plus_inf: int = 0
    minus_inf: int = 0


@pickled_by_call
@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The answer to a ``ViewRequest``.

    ``state``: ``value``; ``none`` (a gradient that is ``None``); ``ahead`` (not computed yet at
    the cursor); ``unknown`` (no such name). Only ``value`` has the rest.
    ``levels``: uint8 (count, rows, cols), for a heatmap. ``values``: float64 (count, rows, cols),
    for numbers, torch's own values. ``block``: how many elements (down, across) one pixel stands
    for; the pixel is the one of largest magnitude. ``made``: (iteration, phase) that wrote the
    tensor, so that the screen can show that it is from an earlier step. ``divisor``: the scale of
    the loss by which a gradient has been divided, to be shown. ``places``: of ``values`` in a row.
    ``texts``: of its tokens, one to each, or one of them all; empty: not known.
    """

    request: ViewRequest
    state: str
    shape: tuple[int, ...] = ()
    dtype: str = ""
    made: tuple[int, str] | None = None
    levels: npt.NDArray[np.uint8] | None = None
    values: npt.NDArray[np.float64] | None = None
    scale: Scale | None = None
    scale_moved: bool = False
    block: tuple[int, int] = (1, 1)
    summary: Summary | None = None
    places: npt.NDArray[np.int64] | None = None
    texts: tuple[str, ...] = ()
    divisor: float = 1.0
