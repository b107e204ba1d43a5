"""Whether gradients were clipped by hand: by one factor, or each number by a limit."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lenet_tui.tape.engine.entries import GradientEntry

NEAR = 1e-4


def clipped(entries: Sequence[GradientEntry]) -> bool:
    """Whether all of them were made shorter by the same factor, or cut off at the same limit."""
    pairs = [(e.before, e.after) for e in entries]
    known = [(a.detach(), b.detach()) for a, b in pairs if a is not None and b is not None]
    if not known or len(known) < len(pairs) or any(a.is_sparse or a.is_complex() for a, _ in known):
        return False
    return _by_factor(known) or _by_limit(known)


def _by_factor(pairs: Sequence[tuple[Tensor, Tensor]]) -> bool:
    before = max(float(a.norm()) for a, _ in pairs)
    at = max(range(len(pairs)), key=lambda n: float(pairs[n][0].norm()))
    factor = float(pairs[at][1].norm()) / before if before else 1.0
    if not 0 < factor < 1 - NEAR:
        return False
    for a, b in pairs:
        little = NEAR * factor * before / max(a.numel(), 1)
        if not torch.allclose(factor * a, b, rtol=NEAR, atol=little):
            return False
    return True


def _by_limit(pairs: Sequence[tuple[Tensor, Tensor]]) -> bool:
    limit = max(float(b.abs().max()) for _, b in pairs)
    cut = any(bool((a.abs() > limit).any()) for a, _ in pairs)
    return limit > 0 and cut and all(torch.equal(a.clamp(-limit, limit), b) for a, b in pairs)
