"""The factor by which a scaled loss has made the gradients larger than those of the loss."""

from __future__ import annotations

from lenet_tui.protocol.phases import BACKWARD, UNSCALE, ZERO_GRAD
from lenet_tui.tape.engine.tape import Cursor, Tape

GRAD = ".grad"


def loss_scale(tape: Tape, cursor: Cursor, name: str) -> float:
    """The scale that is in the gradient ``name`` at the cursor; 1: none is.

    A parameter's gradient has it from a backward of a scaled loss up to ``unscale``; that of an
    activation, which nothing divides, keeps it.
    """
    stem = name.removesuffix(GRAD)
    if stem == name:
        return 1.0
    for segment, entries in reversed(tape.passed(cursor)):
        touched = stem not in tape.base.values or any(e.sets_gradient_of(stem) for e in entries)
        if segment.phase is BACKWARD and entries and touched:
            return segment.scale
        if segment.phase in (UNSCALE, ZERO_GRAD) and stem in tape.base.values and touched:
            return 1.0
    return 1.0
