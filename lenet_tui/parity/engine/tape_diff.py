"""Compares two tapes of the same iteration, entry by entry and element by element."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from itertools import count

import torch
from torch import Tensor

from lenet_tui.parity.result import TOLERANCE, ParityRow
from lenet_tui.tape.engine.entries import Entry
from lenet_tui.tape.engine.tape import Tape

CHUNK = 1 << 22
"""Elements compared at a time: the copies in double precision take no more memory than these."""

INF = float("inf")


def compare(
    reference: Tape, other: Tape, drew: Collection[tuple[int, int]] = ()
) -> tuple[ParityRow, ...]:
    """A row for every entry of ``reference`` with tensors, in its order.

    ``drew``: (segment, op from 1) of those that took random numbers.
    """
    rows = []
    for number, (ours, theirs) in enumerate(zip(reference.segments, other.segments, strict=True)):
        phase = ours.segment.phase
        partners = dict(zip(_keys(theirs.entries), theirs.entries, strict=True))
        for op, key, entry in zip(count(1), _keys(ours.entries), ours.entries, strict=False):
            row = _row(phase, entry, partners.get(key))
            if row is not None:
                rows.append(replace(row, drew=(number, op) in drew))
    return tuple(rows)


def _keys(entries: list[Entry]) -> list[tuple[str, str, int]]:
    """What an entry is known by in both tapes, whatever ran before it."""
    seen: Counter[tuple[str, str]] = Counter()
    keys = []
    for entry in entries:
        seen[entry.name, entry.op] += 1
        keys.append((entry.name, entry.op, seen[entry.name, entry.op]))
    return keys


def _row(phase: str, ours: Entry, theirs: Entry | None) -> ParityRow | None:
    """An entry's row; ``None`` if it has no tensors."""
    parameter = ours.name if ours.sets_gradient_of(ours.name) else ""
    blank = ParityRow(phase, ours.name, ours.op, parameter)
    if theirs is None:
        return replace(blank, apart="missing")
    here, there = ours.tensors(), theirs.tensors()
    if [_shape(t) for t in here] != [_shape(t) for t in there]:
        return replace(blank, apart="shapes")
    pairs = zip(here, there, strict=True)
    rows = [measured(blank, a, b) for a, b in pairs if a is not None and b is not None]
    return max(rows, key=lambda row: (row.share, row.difference), default=None)


def _shape(tensor: Tensor | None) -> torch.Size | None:
    return None if tensor is None else tensor.shape


def measured(blank: ParityRow, ours: Tensor, theirs: Tensor) -> ParityRow:
    """How far two tensors of one shape are apart.

    NaN equals NaN, and an infinity one of the same sign; against anything else they are
    infinitely far.
    """
    tolerance = _tolerance(ours, theirs)
    difference = largest = share = 0.0
    past = 0
    parts = zip(_parts(ours), _parts(theirs), strict=True)
    for a, b in ((_exact(x), _exact(y)) for x, y in parts if x.numel()):
        gap, taken = _apart(a, b, *tolerance)
        difference = max(difference, float(gap.max()))
        share = max(share, float(taken.max()))
        past += int((taken > 1).sum())
        largest = float(torch.maximum(a.abs().max(), torch.tensor(largest, dtype=torch.float64)))
    return replace(
        blank,
        shape=tuple(ours.shape),
        count=ours.numel(),
        difference=difference,
        largest=largest,
        share=share,
        past=past,
    )


def _tolerance(ours: Tensor, theirs: Tensor) -> tuple[float, float]:
    """(relative, absolute): the looser of both dtypes', as ``torch.testing`` takes it."""
    both = [TOLERANCE.get(str(t.dtype)[6:], (0.0, 0.0)) for t in (ours, theirs)]
    return max(r for r, _ in both), max(a for _, a in both)


def _parts(tensor: Tensor) -> tuple[Tensor, ...]:
    return torch.split(tensor.detach().reshape(-1), CHUNK)


def _exact(tensor: Tensor) -> Tensor:
    """On the CPU, in a dtype that holds every value of float32 and smaller ones exactly."""
    on_cpu = tensor.cpu()
    return on_cpu.to(torch.complex128 if on_cpu.is_complex() else torch.float64)


def _apart(a: Tensor, b: Tensor, relative: float, absolute: float) -> tuple[Tensor, Tensor]:
    """By element: |a − b|, and the part of the tolerance that it takes."""
    alike = (a == b) | (a.isnan() & b.isnan())
    gap = (a - b).abs().nan_to_num(nan=INF, posinf=INF).masked_fill(alike, 0.0)
    magnitude = a.abs()
    allowed = absolute + relative * magnitude.masked_fill(~magnitude.isfinite(), 0.0)
    return gap, (gap / allowed).masked_fill(gap == 0, 0.0)
