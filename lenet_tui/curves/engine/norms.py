"""How long the gradients and the last update are, over all parameters."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping

import torch
from torch import Tensor

from lenet_tui.protocol.frame import Norms
from lenet_tui.protocol.phases import BACKWARD, UNSCALE, UPDATE
from lenet_tui.tape.engine.tape import Cursor, Tape, TapeSegment


def measured(tape: Tape, cursor: Cursor) -> Norms:
    """Both numbers at the cursor.

    They are those of the iteration. The gradient is ``None`` before its backward, while the
    gradients are those of an earlier one, within it, while they are not whole, and while a scaler's
    factor is in them; the ratio also within an update: others are still to be updated.
    """
    grads = moved = None
    if _has_gradients(tape, cursor):
        grads = [grad for _, _, grad in tape.state(cursor) if grad is not None]
    if all(done for s, done in _through(tape, cursor) if s.phase is UPDATE):
        passed = ((s.updates, done) for s, done in tape.passed(cursor))
        made = [e for updates, done in passed for e in updates if any(e is d for d in done)]
        moved = [(e.before, e.after) for e in made if e.after is not e.before]
    return Norms(gradient_norm(grads), update_ratio(moved))


class LiveNorms:
    """Both numbers of an iteration that is run without a tape, in the order of the app.

    Made before it, of the parameters by name: their values are copied.
    """

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        self._parameters = parameters
        self._before = {name: p.detach().clone() for name, p in parameters.items()}

    def measured(self) -> Norms:
        """Both numbers, now that the iteration is over: what has a gradient was updated."""
        live = {n: p for n, p in self._parameters.items() if p.grad is not None}
        grads = [p.grad for p in live.values() if p.grad is not None]
        return Norms(gradient_norm(grads), update_ratio([(self._before[n], live[n]) for n in live]))


def gradient_norm(grads: Collection[Tensor] | None) -> float | None:
    """√Σ‖p.grad‖² over the parameters that have a gradient; ``None``: none has one."""
    return _length(grads) if grads else None


def update_ratio(moved: Collection[tuple[Tensor, Tensor]] | None) -> float | None:
    """‖new − old‖ / ‖old‖ over the parameters that an iteration has updated; ``None``: none.

    ``moved``: the old and the new value of each.
    """
    if not moved:
        return None
    old = _length([before for before, _ in moved])
    return _length([after.detach() - before for before, after in moved]) / old if old else math.inf


def _has_gradients(tape: Tape, cursor: Cursor) -> bool:
    """Whether the gradients at the cursor are those of this iteration, whole and not scaled."""
    passed = list(_through(tape, cursor))
    backwards = [done for s, done in passed if s.phase is BACKWARD]
    if not backwards or not all(backwards):
        return False
    scaled = any(s.scale != 1 for s, _ in passed if s.phase is BACKWARD)
    return not scaled or any(done for s, done in passed if s.phase in (UNSCALE, UPDATE))


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
