"""Places in a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from lenet_tui.protocol.fast_pickle import pickled_by_call
from lenet_tui.protocol.phases import INIT, PHASES

SEARCHING = "reverse-continue"
"""Shown instead of a phase while history is searched; a pause ends the search."""
STARTS_CUDA, LOADS_CUDNN = "CUDA", "cuDNN"
"""What takes seconds before the first frame on a GPU."""
AT_ONCE = (SEARCHING, STARTS_CUDA, LOADS_CUDNN)
"""What is said as soon as it is known; of an op it is said that it takes long."""


LAST = 10**8
"""The last iteration that a session may have: each takes memory, if only for its loss."""
Iteration = Annotated[int, range(LAST + 1)]
Count = Annotated[int, range(10**6 + 1)]
"""Ops of a phase or phases of an iteration, for what is read from a file."""
PhaseName = Annotated[str, tuple(PHASES)]


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Position:
    """A point of a session.

    ``iteration``: the one in progress, or just finished at a boundary (0 after init).
    ``phase``: the one the cursor is in, or last passed.
    ``op``: ``None`` between phases, else how many of the phase's ops are done (from 1).
    ``index``: how many entries of this iteration's tape are done.
    """

    iteration: Iteration = 0
    phase: PhaseName = INIT.name
    op: Annotated[int, range(1, 10**6)] | None = None
    index: Count = 0
