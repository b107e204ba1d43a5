"""Which ops of two tapes belong together, and how far apart what they made is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lenet_tui.tape.engine.entries import Entry
from lenet_tui.tape.engine.tape import Tape
from lenet_tui.twins.align import Match, aligned, index_at, key_of, same_number
from lenet_tui.twins.result import DIFFERS, EQUAL, SHAPES, Cell, TwinRow

Key = tuple[str, str, str]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One entry of a tape, with the phase that it is in and the line of the file."""

    phase: str
    entry: Entry
    line: int
    by_hand: bool

    @property
    def key(self) -> Key:
        """What it is known by in both tapes, however often it was done before."""
        return key_of(self.phase, self.entry.op, self.entry.name)

    @property
    def finer(self) -> tuple[Key, bool]:
        """Tells an optimizer's update from one by hand, where both tapes have both."""
        return self.key, self.by_hand

    @property
    def identity(self) -> tuple[Key, bool, Shape | None]:
        """What it is known by where the other tape has it at another place."""
        return *self.finer, next(iter(self.entry.shapes()), None)


def tape_rows(a: Tape, b: Tape, lines: tuple[bool, bool] = (True, True)) -> Iterator[TwinRow]:
    """A row for each entry of either tape, in order. ``lines``: whether its lines are known."""
    both = _places(a, lines[0]), _places(b, lines[1])
    for match in aligned(*both, lambda p: p.key, lambda p: p.finer, lambda p: p.identity):
        yield _row(match)


def named_rows(
    phase: str, op: str, a: Mapping[str, Tensor], b: Mapping[str, Tensor]
) -> Iterator[TwinRow]:
    """A row for each name of either."""
    for match in aligned(list(a), list(b), str):
        row = TwinRow(phase, match.a or match.b or "", op, match.how, moved=match.moved)
        yield measured(row, [a[match.a]] if match.a else [], [b[match.b]] if match.b else [])


def _places(tape: Tape, lines: bool) -> list[Place]:
    return [
        Place(
            segment.phase.name,
            entry,
            (getattr(entry, "line", 0) or segment.line) if lines else 0,
            segment.by_hand,
        )
        for segment in tape.segments
        for entry in segment.entries
    ]


def _row(match: Match[Place]) -> TwinRow:
    a, b = match.a, match.b
    place = a or b
    assert place is not None
    entry = place.entry
    row = TwinRow(
        place.phase, entry.name, entry.op, match.how, entry.sets_gradient_of(_parameter(entry)),
        line_a=a.line if a else 0, line_b=b.line if b else 0, moved=match.moved,
    )  # fmt: skip
    row = measured(row, a.entry.tensors() if a else [], b.entry.tensors() if b else [])
    if a and b and row.how == EQUAL and a.entry.numbers != b.entry.numbers:
        return _numbers(row, dict(a.entry.numbers), dict(b.entry.numbers))
    return row


def _parameter(entry: Entry) -> str:
    return getattr(entry, "parameter", "") or entry.name


def _numbers(row: TwinRow, a: dict[str, float], b: dict[str, float]) -> TwinRow:
    """A row of what was computed beside tensors, such as a learning rate."""
    for name, ours in a.items():
        theirs = b.get(name, ours)
        if not same_number(ours, theirs):
            gap, cell = abs(ours - theirs), Cell((), ours, theirs)
            return replace(
                row, how=DIFFERS, a=ours, b=theirs, difference=gap, count=1, size=1, first=cell
            )
    return row


def measured(row: TwinRow, a: Sequence[Tensor | None], b: Sequence[Tensor | None]) -> TwinRow:
    """The row with the numbers of the tensors: of the first pair that differs, or of the first."""
    pairs = [
        (a[n] if n < len(a) else None, b[n] if n < len(b) else None)
        for n in range(max(len(a), len(b)))
    ]
    if not pairs:
        return row
    if row.by is not None:
        one = next((p[row.by] for p in pairs if p[row.by] is not None), None)
        return _with_numbers(row, None if row.by else one, one if row.by else None)
    for one, other in pairs:
        if not same_bits(one, other):
            return _apart(row, one, other)
    one, other = next((p for p in pairs if p[0] is not None), pairs[0])
    return _with_numbers(row, one, other)


def same_bits(a: Tensor | None, b: Tensor | None) -> bool:
    """Whether two tensors hold the same; NaN is equal to NaN, ``None`` to ``None`` alone."""
    if a is None or b is None:
        return a is b
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if torch.equal(a, b):
        return True
    return a.is_floating_point() and bool(((a == b) | (a.isnan() & b.isnan())).all())


def _apart(row: TwinRow, a: Tensor | None, b: Tensor | None) -> TwinRow:
    """The row of two tensors that differ."""
    row = _with_numbers(row, a, b)
    if a is None or b is None:
        return replace(row, how=DIFFERS)
    if a.shape != b.shape:
        return replace(row, how=SHAPES)
    x, y = flat(a), flat(b)
    alike = (x == y) | (x.isnan() & y.isnan())
    places = (~alike).nonzero().flatten()
    gap = (x - y).abs().nan_to_num(nan=float("inf")).masked_fill(alike, 0.0)
    if not len(places):  # only their dtypes differ
        return replace(row, how=DIFFERS, size=a.numel())
    first = int(places[0])
    cell = Cell(index_at(first, tuple(a.shape)), float(x[first]), float(y[first]))
    return replace(
        row, how=DIFFERS, difference=float(gap.max()), count=len(places), size=a.numel(), first=cell
    )


def _with_numbers(row: TwinRow, a: Tensor | None, b: Tensor | None) -> TwinRow:
    return replace(
        row, shape_a=_shape(a), shape_b=_shape(b), a=number_of(a), b=number_of(b),
        size=max((t.numel() for t in (a, b) if t is not None), default=0),
    )  # fmt: skip


def _shape(tensor: Tensor | None) -> tuple[int, ...] | None:
    return None if tensor is None else tuple(tensor.shape)


def number_of(tensor: Tensor | None) -> float | None:
    """The number of a tensor of one element; the norm of a larger one."""
    if tensor is None or not tensor.numel():
        return None
    numbers = flat(tensor)
    return float(numbers[0]) if len(numbers) == 1 else float(numbers.norm())


def flat(tensor: Tensor) -> Tensor:
    """Its elements on the CPU in double precision; of complex ones the magnitudes."""
    on_cpu = tensor.detach().cpu()
    if on_cpu.layout is not torch.strided:
        on_cpu = on_cpu.to_dense()
    on_cpu = on_cpu.abs() if on_cpu.is_complex() else on_cpu
    return on_cpu.reshape(-1).to(torch.float64)
