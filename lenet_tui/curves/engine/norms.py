"""How long the gradients and the last update are, over all parameters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from lenet_tui.protocol.frame import Norms
from lenet_tui.protocol.phases import BACKWARD, UNSCALE, UPDATE
from lenet_tui.tape.engine.tape import Cursor, Tape, TapeSegment


def measured(tape: Tape, cursor: Cursor) -> Norms:
    """Both numbers at the cursor."""
    return Norms(gradient_norm(tape, cursor), update_ratio(tape, cursor))


def gradient_norm(tape: Tape, cursor: Cursor) -> float | None:
    """√Σ‖p.grad‖² over the parameters that have a gradient; ``None``: none has one.

    It is that of the iteration: ``None`` before its backward, while the gradients are those of an
    earlier one, within it, while they are not whole, and while a scaler's factor is in them.
    """
    passed = list(_through(tape, cursor))
    backwards = [done for s, done in passed if s.phase is BACKWARD]
    if not backwards or not all(backwards):
        return None
    scaled = any(s.scale != 1 for s, _ in passed if s.phase is BACKWARD)
    if scaled and not any(done for s, done in passed if s.phase in (UNSCALE, UPDATE)):
        return None
    grads = [grad for _, _, grad in tape.state(cursor) if grad is not None]
    return _length(grads) if grads else None


def update_ratio(tape: Tape, cursor: Cursor) -> float | None:
    """‖new − old‖ / ‖old‖ over the parameters that this iteration has updated; ``None``: none.

    Within an update it is ``None`` too: the others are still to be updated.
    """
    if not all(done for s, done in _through(tape, cursor) if s.phase is UPDATE):
        return None
    passed = [e for s, done in tape.passed(cursor) for e in s.updates if any(e is d for d in done)]
    if not passed:
        return None
    old = _length([e.before for e in passed])
    return _length([e.after - e.before for e in passed]) / old if old else math.inf


def _through(tape: Tape, cursor: Cursor) -> Iterator[tuple[TapeSegment, bool]]:
    """The phases of the iteration so far, each with whether the cursor is through with it."""
    for segment, done in tape.passed(cursor):
        yield segment, len(done) >= segment.total


def _length(tensors: Iterable[Tensor]) -> float:
    """The square root of the sum of squares, in float64."""
    norms = [torch.linalg.vector_norm(t.detach(), dtype=_wide(t)) for t in tensors]
    return math.hypot(*(float(n) for n in norms))


def _wide(tensor: Tensor) -> torch.dtype:
    return torch.complex128 if tensor.is_complex() else torch.float64
