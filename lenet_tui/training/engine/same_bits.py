"""Whether two tensors are equal to the bit, found out where they are."""

from __future__ import annotations

import torch
from torch import Tensor

_WHOLE = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
"""Integers by their bytes."""


def same_bits(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are of one kind and equal to the bit; of unusual ones it says no."""
    kind = one.shape, one.dtype, one.device, one.layout
    if kind != (other.shape, other.dtype, other.device, other.layout):
        return False
    plain = all(t.layout is torch.strided and t.is_contiguous() for t in (one, other))
    whole = _WHOLE.get(one.element_size())
    if not plain or whole is None:
        return False
    return torch.equal(one.detach().view(whole), other.detach().view(whole))


def identical(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors have the same shape and bits."""
    if a is b:
        return True
    if a.shape != b.shape or a.dtype != b.dtype or a.layout is not b.layout:
        return False
    pair = [t.detach() if t.layout is torch.strided else t.detach().to_dense() for t in (a, b)]
    if a.is_complex():
        pair = [torch.view_as_real(t) for t in pair]
    return same_bits(*[t.contiguous() for t in pair])
