"""Whether two tensors are equal to the bit, found out where they are."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor
from torch._utils import _flatten_dense_tensors as flat

from lenet_tui.training.engine.copies import LARGE, of_one_kind

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
    pair = [t.resolve_conj().resolve_neg() for t in pair]
    if a.is_complex():
        pair = [torch.view_as_real(t) for t in pair]
    return same_bits(*[t.contiguous() for t in pair])


def all_identical(pairs: Iterable[tuple[Tensor, Tensor]]) -> bool:
    """Whether all of them are, each two; a GPU is waited for once.

    Small ones are compared side by side.
    """
    pairs = [pair for pair in pairs if pair[0] is not pair[1]]
    if _of_one_kind(pairs):  # what lies in them otherwise than in a row is put into one
        whole = _WHOLE[pairs[0][0].element_size()]
        with torch.no_grad():
            left, right = (flat([*side]) for side in zip(*pairs, strict=True))  # type: ignore[no-untyped-call]
            return torch.equal(left.view(whole), right.view(whole))
    alike: dict[tuple[torch.dtype, torch.device], tuple[list[Tensor], list[Tensor]]] = {}
    differ: dict[torch.device, list[Tensor]] = {}
    for one, other in pairs:
        small = one.nbytes < LARGE if one.layout is torch.strided else False
        if (one.is_cpu and not small) or not _alike(one, other):
            if not identical(one, other):
                return False
            continue
        whole = _WHOLE[one.element_size()]
        both = one.detach().view(whole), other.detach().view(whole)
        if small:
            ones, others = alike.setdefault((whole, one.device), ([], []))
            ones.append(both[0])
            others.append(both[1])
        else:
            differ.setdefault(one.device, []).append((both[0] != both[1]).any())
    for (_, device), (ones, others) in alike.items():
        found = flat(ones) != flat(others)  # type: ignore[no-untyped-call]
        differ.setdefault(device, []).append(found.any())
    return not any(bool(torch.stack(several).any()) for several in differ.values())


def _of_one_kind(pairs: list[tuple[Tensor, Tensor]]) -> bool:
    """Whether all are plain and small and of one kind, as most are: asked all at once."""
    if len(pairs) < 2 or pairs[0][0].element_size() not in _WHOLE:
        return False
    several = [t for pair in pairs for t in pair]
    if not of_one_kind(several) or pairs[0][0].is_complex():
        return False
    return all(a.nbytes < LARGE and a.shape == b.shape for a, b in pairs)


def _alike(one: Tensor, other: Tensor) -> bool:
    """Whether two have one shape and kind, and lie in a row as torch's numbers do."""
    kind = one.shape, one.dtype, one.device, one.layout
    if kind != (other.shape, other.dtype, other.device, other.layout) or one.is_complex():
        return False
    strided = one.layout is torch.strided and one.element_size() in _WHOLE
    return strided and all(t.is_contiguous() and not t.is_neg() for t in (one, other))
