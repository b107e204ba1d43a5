"""The phases of a training iteration, and where in a session we are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from lenet_tui.protocol.fast_pickle import sent

TURN = ("forward", "loss", "zero_grad", "backward", "update")
"""The five phases of an iteration, in turn."""

PHASES = ("init", *TURN)

SEARCHING = "reverse-continue"
"""In the place of a phase: what torch is said to do while history is searched; a pause ends it."""


Iteration = Annotated[int, range(10**8 + 1)]
"""The number of an iteration: each takes memory, so that no file may claim more."""
Count = Annotated[int, range(10**6 + 1)]
"""Ops of a phase or phases of an iteration, for what is read from a file."""
Phase = Annotated[str, PHASES]


@sent
@dataclass(frozen=True, slots=True)
class Position:
    """A point of a session.

    ``iteration``: the one in progress, or just finished at a boundary (0 after init).
    ``phase``: the one the cursor is in, or last passed.
    ``op``: ``None`` between phases, else how many of the phase's ops are done (from 1).
    ``index``: how many entries of this iteration's tape are done.
    """

    iteration: Iteration = 0
    phase: Phase = "init"
    op: Annotated[int, range(1, 10**6)] | None = None
    index: Count = 0
