"""Where in a session we are."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.fast_pickle import sent
from lenet_tui.protocol.phases import INIT

SEARCHING = "reverse-continue"
"""In the place of a phase: what torch is said to do while history is searched; a pause ends it."""


@sent
@dataclass(frozen=True, slots=True)
class Position:
    """A point of a session.

    ``iteration``: the one in progress, or just finished at a boundary (0 after init).
    ``phase``: the one the cursor is in, or last passed.
    ``op``: ``None`` between phases, else how many of the phase's ops are done (from 1).
    ``index``: how many entries of this iteration's tape are done.
    """

    iteration: int = 0
    phase: str = INIT.name
    op: int | None = None
    index: int = 0
