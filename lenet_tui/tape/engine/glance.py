"""What is known of an iteration that was run without recording."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.frame import Norms


@dataclass(frozen=True, slots=True)
class Glance:
    """What a frame says of an iteration that was run without recording, measured as it ran.

    ``right``: of how many samples the prediction is right, of how many; ``None``: not known.
    """

    loss: float | None
    right: tuple[int, int] | None = None
    norms: Norms | None = None
