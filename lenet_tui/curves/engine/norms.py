"""How long the gradients and the last update are, over all parameters."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

import torch
from torch import Tensor

from lenet_tui.protocol.frame import Norms
from lenet_tui.tape.engine.tape import Cursor, Tape


def measured(tape: Tape, cursor: Cursor) -> Norms:
    """Both numbers at the cursor."""
    grads = [grad for _, _, grad in tape.state(cursor) if grad is not None]
    passed = [e for s, done in tape.passed(cursor) for e in s.updates if any(e is d for d in done)]
    moved = [(e.before, e.after) for e in passed if e.after is not e.before]
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


def gradient_norm(grads: Collection[Tensor]) -> float | None:
    """√Σ‖p.grad‖² over the parameters that have a gradient; ``None``: none has one."""
    return _length(grads) if grads else None


def update_ratio(moved: Collection[tuple[Tensor, Tensor]]) -> float | None:
    """‖new − old‖ / ‖old‖ over the parameters that an iteration has updated; ``None``: none.

    ``moved``: the old and the new value of each.
    """
    if not moved:
        return None
    old = _length([before for before, _ in moved])
    return _length([after.detach() - before for before, after in moved]) / old if old else math.inf


def _length(tensors: Iterable[Tensor]) -> float:
    """The square root of the sum of squares, in float64."""
    norms = [torch.linalg.vector_norm(t.detach(), dtype=_wide(t)) for t in tensors]
    return math.hypot(*torch.stack(norms).tolist())


def _wide(tensor: Tensor) -> torch.dtype:
    return torch.complex128 if tensor.is_complex() else torch.float64
