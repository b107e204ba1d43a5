"""What a tensor pane shows, to be shown again later."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.views import Scale
from lenet_tui.tensors.tiling import Index


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a tensor pane shows.

    ``chosen``: tensor, aspect, mode and sample. ``top``: the first row of tiles. ``scales``: those
    of the tensors seen so far, which only ever change when they no longer fit.
    """

    chosen: tuple[str, str, str, int]
    top: int
    cursor: Index | None
    scales: dict[str, Scale]
