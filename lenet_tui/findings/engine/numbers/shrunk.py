"""Whether gradients were clipped by hand: by one factor, or each number by a limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from lenet_tui.tape.engine.entries import GradientEntry

NEAR = 1e-4


def clipped(entries: Sequence[GradientEntry], scales: Iterable[float] = ()) -> bool:
    """Whether all of them were made shorter by the same factor, or cut off at the same limit.

    ``scales``: those of a scaler. To divide by one is no clipping: a fused optimizer does so in its
    own step.
    """
    pairs = [(e.before, e.after) for e in entries]
    known = [(a.detach(), b.detach()) for a, b in pairs if a is not None and b is not None]
    if not known or len(known) < len(pairs) or any(a.is_sparse or a.is_complex() for a, _ in known):
        return False
    factor = _factor(known)
    if factor is None:
        return _by_limit(known)
    return not any(scale != 1 and abs(factor * scale - 1) < NEAR for scale in scales)


def _factor(pairs: Sequence[tuple[Tensor, Tensor]]) -> float | None:
    """The one factor, less than 1, that all were multiplied with; ``None``: there is none."""
    before = max(float(a.norm()) for a, _ in pairs)
    at = max(range(len(pairs)), key=lambda n: float(pairs[n][0].norm()))
    factor = float(pairs[at][1].norm()) / before if before else 1.0
    if not 0 < factor < 1 - NEAR:
        return None
    for a, b in pairs:
        little = NEAR * factor * before / max(a.numel(), 1)
        if not torch.allclose(factor * a, b, rtol=NEAR, atol=little):
            return None
    return factor


def _by_limit(pairs: Sequence[tuple[Tensor, Tensor]]) -> bool:
    limit = max(float(b.abs().max()) for _, b in pairs)
    cut = any(bool((a.abs() > limit).any()) for a, _ in pairs)
    return limit > 0 and cut and all(torch.equal(a.clamp(-limit, limit), b) for a, b in pairs)
