"""Copies of many tensors at once: on a GPU each call is a kernel to launch, however small it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

import torch
from torch import Tensor
from torch.nn import Parameter

_PLAIN = {Tensor, Parameter}
"""The classes of tensors that are nothing but their numbers."""
LARGE = 2**20
"""Bytes from which on a tensor is copied by itself."""

_kind = attrgetter("dtype", "device", "layout")
_on_cpu, _dtype, _layout = attrgetter("is_cpu"), attrgetter("dtype"), attrgetter("layout")
_Kind = tuple[torch.dtype, torch.device]


def copies(tensors: Sequence[Tensor]) -> list[Tensor]:
    """A copy of each tensor, without its graph; small ones of one kind lie side by side."""
    if _rows_of_one(tensors):
        with torch.no_grad():
            return [*_rows(tensors)]
    made: list[Tensor] = [*tensors]
    alike: dict[tuple[_Kind, bool], list[int]] = {}
    with torch.no_grad():
        for number, tensor in enumerate(tensors):
            if _plain(tensor) and tensor.is_contiguous() and tensor.nbytes < LARGE:
                kind = (tensor.dtype, tensor.device), tensor.dim() == 0
                alike.setdefault(kind, []).append(number)
            else:
                made[number] = tensor.detach().clone()
        for (_, single), numbers in alike.items():
            given = [tensors[n] for n in numbers]
            if len(given) == 1:  # of one alone torch gives the same memory
                made[numbers[0]] = given[0].detach().clone()
                continue
            parts = torch.stack(given).unbind() if single else _rows(given)
            for number, part in zip(numbers, parts, strict=True):
                made[number] = part
    return made


def of_one_kind(tensors: Sequence[Tensor]) -> bool:
    """Whether all are plain tensors of one dtype and device, as most are: asked all at once."""
    if not tensors or not set(map(type, tensors)) <= _PLAIN:
        return False
    if all(map(_on_cpu, tensors)):  # to ask each for its device makes an object of it
        kinds = set(map(_dtype, tensors)), set(map(_layout, tensors))
        return len(kinds[0]) == len(kinds[1]) == 1 and torch.strided in kinds[1]
    return len(set(map(_kind, tensors))) == 1 and tensors[0].layout is torch.strided


def clones(tensors: Sequence[Tensor]) -> list[Tensor]:
    """A copy of each tensor, without its graph, in memory of its own; as many at once as can be."""
    with torch.no_grad():
        together = getattr(torch, "_foreach_clone", None)  # of torch 2.9
        plain = all(t.layout is torch.strided for t in tensors) and {*map(type, tensors)} <= _PLAIN
        if together is None or not tensors or not plain:
            return [t.detach().clone() for t in tensors]
        made: list[Tensor] = list(together([*tensors]))
        return made


def _rows_of_one(tensors: Sequence[Tensor]) -> bool:
    """Whether all of them, more than one, can be the parts of one row."""
    if len(tensors) < 2 or not of_one_kind(tensors) or _viewed(tensors):
        return False
    small = all(t.nbytes < LARGE and t.dim() for t in tensors)
    return small and all(map(Tensor.is_contiguous, tensors))


def _viewed(tensors: Sequence[Tensor]) -> bool:
    """Whether any, all being of one kind, is the negative or conjugate of what lies in memory."""
    conjugate = tensors[0].is_complex() and any(map(Tensor.is_conj, tensors))
    return conjugate or any(map(Tensor.is_neg, tensors))


def _rows(given: Sequence[Tensor]) -> Iterable[Tensor]:
    rows = [t if t.dim() == 1 else t.view(-1) for t in given]
    parts = torch.cat(rows).split([row.numel() for row in rows])  # type: ignore[no-untyped-call]
    for tensor, part in zip(given, parts, strict=True):
        yield part if tensor.dim() == 1 else part.view(tensor.shape)


def copy_into(pairs: Iterable[tuple[Tensor, Tensor]]) -> None:
    """Copy into each first tensor the second's numbers; what is of one kind in one call."""
    pairs = list(pairs)
    several = [t for pair in pairs for t in pair]
    on_cpu = {*map(type, several)} <= _PLAIN and all(map(_on_cpu, several))
    if pairs and (on_cpu or (of_one_kind(several) and not _viewed(several))):
        torch._foreach_copy_([t for t, _ in pairs], [s for _, s in pairs])  # on a CPU one by one
        return
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
