"""What is said of many tensors at once: most are small, and a call for each costs more than it.

On a GPU the answers come over together, where each for itself would wait for the device.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress
from math import inf

import torch
from torch import Tensor
from torch._utils import _flatten_dense_tensors
from torch.linalg import vector_norm
from torch.nn import Parameter

from lenet_tui.findings.engine.numbers.elements import finite
from lenet_tui.training.engine.copies import of_one_kind

SMALL = 2**14
"""Numbers of a tensor that are copied beside others rather than looked at alone."""
FEW = 4
"""Tensors of one shape from which on they are put side by side."""


def all_finite(tensors: Iterable[Tensor | None]) -> bool:
    """Whether all numbers of all tensors are finite; as ``finite``, of each."""
    given = [t for t in tensors if t is not None]
    small, rest = _grouped(given, 1, SMALL)
    if not all(finite(t) for t in rest):
        return False
    with torch.no_grad():
        return all(finite(_flat(some)) for some in small)


def all_zero(tensors: Sequence[Tensor]) -> bool:
    """Whether all numbers of all tensors are zero; ``False`` too where they are not of one kind."""
    with torch.no_grad():
        return of_one_kind(tensors) and not bool(_flat([*tensors]).any())


def _flat(tensors: list[Tensor]) -> Tensor:
    flat: Tensor = _flatten_dense_tensors(tensors)  # type: ignore[no-untyped-call]
    return flat


class Alike:
    """Which of some tensors, such as a model's parameters, can be put one after the other.

    Most of a model have their shape in common with others. They are asked for it once; others of
    the same shapes, such as their gradients, are looked at by what is known of these.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        by_shape: dict[torch.Size, list[int]] = {}
        for place, t in enumerate(tensors):
            if _plain(t) and t.dim() and 0 < t.numel() <= SMALL:
                by_shape.setdefault(t.shape[1:], []).append(place)
        few = len(by_shape) * FEW > len(tensors)  # then hardly two are alike
        self._groups = [] if few else list(by_shape.values())
        known = {place for places in self._groups for place in places}
        self._rest = [place for place in range(len(tensors)) if place not in known]

    def finite(self, tensors: Sequence[Tensor | None]) -> bool:
        """As ``all_finite``, of tensors in the order of those by which this was made."""
        given = [[tensors[place] for place in places] for places in self._groups]
        try:
            with torch.no_grad():
                sums = [torch.cat(some).sum() for some in given]  # type: ignore[arg-type]
                one = not sums or bool(torch.isfinite(torch.stack(sums)).all())
        except (RuntimeError, TypeError):  # one is not there, or has another shape by now
            return all_finite(tensors)
        return all_finite([tensors[place] for place in self._rest] if one else tensors)


def norms(tensors: Iterable[Tensor | None]) -> dict[int, float]:
    """The Euclidean norm of each by its ``id``, as long as the tensors live.

    Not of half precision, where it would be that of half precision, nor of sparse ones.
    """
    return _norms(tensors, 2.0)


def largest(tensors: Iterable[Tensor | None]) -> dict[int, float]:
    """The largest absolute value of each by its ``id``, or NaN: 0 only where all are zero."""
    return _norms(tensors, inf)


def begin_apart(tensors: Iterable[Tensor]) -> set[int]:
    """The ``id`` of tensors whose first two parts along axis 0 differ, of those that are small.

    ``tensors``: with one axis or more. Of those that are not looked at together none is in it.
    """
    found: set[int] = set()
    groups, _ = _grouped(tensors, 2, SMALL)
    with torch.no_grad():
        for some in groups:
            for alike in _rows(some)[0]:
                if alike[0].shape[0] > 1:
                    both = torch.stack(alike)
                    differ = (both[:, 0] != both[:, 1]).view(len(alike), -1).any(1).tolist()
                    found.update(id(t) for t, apart in zip(alike, differ, strict=True) if apart)
    return found


def _norms(tensors: Iterable[Tensor | None], order: float) -> dict[int, float]:
    given = [t for t in tensors if t is not None]
    unique = [*dict(zip(map(id, given), given, strict=True)).values()]
    wide = (torch.float32, torch.float64)
    together = of_one_kind(unique) and _plain(unique[0]) and all(map(Tensor.numel, unique))
    groups = [unique] if together else _grouped(unique, 1)[0]
    found: dict[int, float] = {}
    with torch.no_grad():
        for some in groups:
            if some[0].dtype not in wide:
                continue
            rows, rest = _rows(some)
            for alike in rows:
                flat = torch.stack(alike).view(len(alike), -1)
                made = flat.abs().amax(1) if order == inf else vector_norm(flat, order, 1)
                found.update(zip(map(id, alike), made.tolist(), strict=True))
            if rest:
                made = torch.stack(torch._foreach_norm(rest, order))
                found.update(zip(map(id, rest), made.tolist(), strict=True))
    return found


def _rows(tensors: list[Tensor]) -> tuple[list[list[Tensor]], list[Tensor]]:
    """Those that can be the rows of one tensor, whose norms have the bits of their own norms.

    On a CPU a norm takes a call for each; on a GPU those of many tensors are one already.
    """
    if tensors[0].device.type != "cpu" or len(tensors) < FEW:
        return [], tensors
    by_shape: defaultdict[torch.Size, list[Tensor]] = defaultdict(list)
    for t in tensors:
        by_shape[t.shape].append(t)
    rows: list[list[Tensor]] = []
    rest: list[Tensor] = []
    for shape, several in by_shape.items():
        if len(several) < FEW or not 0 < shape.numel() <= SMALL:
            rest += several
            continue
        alike = [*compress(several, map(Tensor.is_contiguous, several))]
        if len(alike) < len(several):
            rest += [t for t in several if not t.is_contiguous()]
        if alike:
            rows.append(alike)
    return rows, rest


def _grouped(
    tensors: Iterable[Tensor], least: int, most: float = inf
) -> tuple[list[list[Tensor]], list[Tensor]]:
    """Plain tensors of so many floating-point numbers, by dtype and device; and the others."""
    given = list(tensors)
    if given and _plain(given[0]) and of_one_kind(given):
        counts = [*map(Tensor.numel, given)]
        if least <= min(counts) and max(counts) <= most:
            return [given], []
        some = [t for t, count in zip(given, counts, strict=True) if least <= count <= most]
        rest = [t for t, count in zip(given, counts, strict=True) if not least <= count <= most]
        return [some] if some else [], rest
    groups: dict[tuple[torch.dtype, torch.device], list[Tensor]] = {}
    rest = []
    for t in given:
        if _plain(t) and least <= t.numel() <= most:
            groups.setdefault((t.dtype, t.device), []).append(t)
        else:
            rest.append(t)
    return list(groups.values()), rest


def _plain(t: Tensor) -> bool:
    kind = type(t)
    known = (kind is Tensor or kind is Parameter) and t.layout is torch.strided
    return known and t.is_floating_point() and not t.is_meta
