"""Copies of many tensors at once: on a GPU each call is a kernel to launch, however small it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch._utils import _flatten_dense_tensors as flat
from torch._utils import _unflatten_dense_tensors as split
from torch.nn import Parameter

_PLAIN = (Tensor, Parameter)
"""The classes of tensors that are nothing but their numbers."""
LARGE = 2**20
"""Bytes from which on a tensor is copied by itself."""

_Kind = tuple[torch.dtype, torch.device]


def copies(tensors: Sequence[Tensor]) -> list[Tensor]:
    """A copy of each tensor, without its graph; small ones of one kind lie side by side."""
    made: list[Tensor] = []
    alike: dict[_Kind, list[int]] = {}
    with torch.no_grad():
        for number, tensor in enumerate(tensors):
            if _plain(tensor) and tensor.is_contiguous() and tensor.nbytes < LARGE:
                alike.setdefault((tensor.dtype, tensor.device), []).append(number)
                made.append(tensor)
            else:
                made.append(tensor.detach().clone())
        for numbers in alike.values():
            given = [tensors[n] for n in numbers]
            if len(given) == 1:  # of one alone torch gives the same memory
                made[numbers[0]] = given[0].detach().clone()
                continue
            parts = split(flat(given), given)  # type: ignore[no-untyped-call]
            for number, part in zip(numbers, parts, strict=True):
                made[number] = part
    return made


def copy_into(pairs: Iterable[tuple[Tensor, Tensor]]) -> None:
    """Copy into each first tensor the second's numbers; what is of one kind in one call."""
    alike: dict[_Kind, tuple[list[Tensor], list[Tensor]]] = {}
    for target, source in pairs:
        kind = target.dtype, target.device
        if kind == (source.dtype, source.device) and _plain(target) and _plain(source):
            targets, sources = alike.setdefault(kind, ([], []))
            targets.append(target)
            sources.append(source)
        else:
            target.copy_(source)
    for targets, sources in alike.values():
        torch._foreach_copy_(targets, sources)


def _plain(tensor: Tensor) -> bool:
    strided = type(tensor) in _PLAIN and tensor.layout is torch.strided
    return strided and not tensor.is_neg() and not tensor.is_conj()
