"""The arithmetic behind one number: a sum of terms, and the operands of these, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.explain.rounding import (
    F64,
    FLOAT32,
    PRECISIONS,
    Precision,
    Rounded,
    computing,
    computing_in,
    exact,
    multiplied_inside,
)

if TYPE_CHECKING:
    from lenet_tui.tape.engine.entries import OpEntry

LOOSE = 1e-3
"""The most that rounding may come to, as a share of the terms: a bound beyond proves nothing."""
Indices = npt.NDArray[np.int64]
"""(terms, rank): an index into a tensor for each term."""
Index = tuple[int, ...]
Note = tuple[str, tuple[str, ...]]


class NoArithmetic(Exception):
    """An op has no arithmetic here; the message is the op's name. ``why``: a note, if one says."""

    def __init__(self, op: str, why: Note | None = None) -> None:
        super().__init__(op)
        self.why = why


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A tensor that an op read, and what it is called. ``entry`` is the op that made it, and
    ``part`` which of the several that it made, if not the first; where ``known`` is false, the
    name is not one that can be asked for.
    """

    name: str
    tensor: Tensor
    entry: OpEntry | None = None
    known: bool = True
    part: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.tensor.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Gradient(Source):
    """The gradient on an op's output. ``handed`` is what torch made of it for the argument.
    ``beside``: those on all outputs that have one, by their places.
    """

    handed: Tensor | None = None
    beside: Mapping[int, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Operands:
    """One operand of each of many terms: ``tensor`` at ``indices``, and the ``values`` there,
    (terms,).

    ``of`` is the tensor itself, by which one sees whether the name means it elsewhere too.
    """

    tensor: str
    indices: Indices
    values: F64
    of: Tensor | None = None

    @property
    def number(self) -> Rounded:
        """The values, which every number on a tape holds without an error."""
        return exact(self.values)

    @property
    def cast(self) -> Rounded:
        """The values as an op reads them that autocast gives numbers of the op's own type."""
        precision = computing_in()
        return exact(precision.nearest(self.values) if precision.own else self.values)

    def __getitem__(self, part: slice) -> Operands:
        """The operands of some of the terms."""
        return Operands(self.tensor, self.indices[part], self.values[part], self.of)


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Terms of one kind: their operands, and what these come to, (terms,)."""

    operands: tuple[Operands, ...]
    result: Rounded


@dataclass(slots=True, eq=False)
class Sum:
    """How a number comes about: as the sum of all ``terms``.

    ``right`` is the right-hand side of the formula, and ``letters`` is what it calls the index;
    ``left`` is the left-hand side, where that is not the cell's own name. ``error`` is how far
    torch may be off, where it is more than the errors of the terms, and ``extra`` how much more
    than that. ``unknown``: what adds to the number besides, and how is not known. ``op`` is
    what made it, and ``precision`` the type of numbers that it computed with.
    """

    right: str
    terms: list[Terms] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    letters: str = "…"
    left: str = ""
    error: float | None = None
    extra: float = 0.0
    unknown: tuple[str, ...] = ()
    op: str = ""
    precision: Precision = field(default_factory=computing_in)


def tight(op: str, total: Sum) -> Sum:
    """The sum; ``NoArithmetic`` where rounding may have done so much that nothing is proved."""
    size = sum(float(np.abs(t.result.value).sum()) for t in total.terms)
    error, p = sum(float(t.result.error.sum()) for t in total.terms), computing_in()
    error += total.extra
    if error > max(LOOSE, 16 * p.own) * size + 1e6 * p.tiny + 16 * p.under:
        share = f"{100 * error / size:.2g}" if size else "100"
        raise NoArithmetic(op, ("too-loose", (share,)))
    return total


def precision_of(tensor: Tensor) -> Precision:
    """The type of a tensor's numbers; float32 for whole numbers, which it holds as they are.

    ``NoArithmetic``: one that rounding is not known of.
    """
    if not tensor.dtype.is_floating_point:
        return FLOAT32
    name = str(tensor.dtype).removeprefix("torch.")
    if name not in PRECISIONS:
        raise NoArithmetic(name)
    return PRECISIONS[name]


def made_in(tensor: Tensor) -> AbstractContextManager[None]:
    """Take it for a while that torch computed with the type of a tensor's numbers."""
    return computing(precision_of(tensor))


def read_each(source: Source, indices: npt.ArrayLike) -> Operands:
    """An operand of many terms: ``source`` at ``indices`` (terms, rank)."""
    array = np.asarray(indices, np.int64)
    if array.ndim != 2:
        array = array.reshape(len(array), source.tensor.dim())
    return Operands(source.name, array, gather(source.tensor, array), source.tensor)


def read(source: Source, index: Sequence[int]) -> Operands:
    """An operand of a single term."""
    return read_each(source, np.asarray([tuple(index)], np.int64))


def read_broadcast(source: Source, indices: npt.ArrayLike) -> Operands:
    """What broadcasting reads of ``source`` for each of ``indices`` (terms, rank) of a result."""
    array = np.asarray(indices, np.int64)
    own = array[:, array.shape[1] - len(source.shape) :]
    return read_each(source, np.where(np.asarray(source.shape) == 1, 0, own))


def read_row(source: Source, indices: npt.ArrayLike) -> tuple[Operands, ...]:
    """Many operands of a single term: ``source`` at each of ``indices`` (operands, rank)."""
    every = read_each(source, indices)
    return tuple(every[n : n + 1] for n in range(len(every.values)))


def repeat(operand: Operands, times: int) -> Operands:
    """An operand of a single term as that of many."""
    indices, values = np.repeat(operand.indices, times, 0), np.repeat(operand.values, times)
    return Operands(operand.tensor, indices, values, operand.of)


def gather(tensor: Tensor, indices: Indices) -> F64:
    """The elements of ``tensor`` at ``indices``, in float64; of complex ones the real part."""
    if tensor.dim() == 0:
        picked = tensor.detach().reshape(1).expand(len(indices))
    else:
        at = torch.from_numpy(indices).to(tensor.device).unbind(1)
        picked = tensor.detach()[at]
    array: F64 = (picked.real if picked.is_complex() else picked).cpu().to(torch.float64).numpy()
    return array


def products(*operands: Operands) -> Terms:
    """Terms that are the products of their operands."""
    return Terms(operands, multiplied_inside(*(o.cast for o in operands)))


def plain(*operands: Operands) -> Terms:
    """Terms that are just their first operand, whatever else is shown."""
    return Terms(operands, operands[0].number)


def grid(*axes: npt.ArrayLike) -> Indices:
    """Every combination of the numbers of each axis, (combinations, axes), last axis fastest."""
    arrays = [np.asarray(a, np.int64).reshape(-1) for a in axes]
    if not arrays:
        return np.zeros((1, 0), np.int64)
    return np.stack([a.reshape(-1) for a in np.meshgrid(*arrays, indexing="ij")], axis=-1)
