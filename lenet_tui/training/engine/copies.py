"""Copies of many tensors at once: on a GPU each call is a kernel to launch, however small it is."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn import Parameter

_PLAIN = (Tensor, Parameter)
"""The classes of tensors that are nothing but their numbers."""


def copies(tensors: Iterable[Tensor]) -> list[Tensor]:
    """A copy of each tensor, without its graph; those of one kind are made in one call."""
    sources = [tensor.detach() for tensor in tensors]
    made: list[Tensor] = []
    alike: dict[tuple[torch.dtype, torch.device], tuple[list[Tensor], list[Tensor]]] = {}
    for source in sources:
        if not _plain(source):
            made.append(source.clone())
            continue
        new, given = alike.setdefault((source.dtype, source.device), ([], []))
        new.append(torch.empty_like(source))
        given.append(source)
        made.append(new[-1])
    for new, given in alike.values():
        torch._foreach_copy_(new, given)
    return made


def copy_into(pairs: Iterable[tuple[Tensor, Tensor]]) -> None:
    """Copy into each first tensor the second's numbers; what is of one kind in one call."""
    alike: dict[tuple[torch.dtype, torch.device], tuple[list[Tensor], list[Tensor]]] = {}
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
    return strided and not tensor.is_neg() and not tensor.is_conj() and not tensor.is_quantized
