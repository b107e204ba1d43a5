"""The arithmetic behind one number: its terms, many at once, and what they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import mul
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.explain.engine.rounding import F64, Rounded, exact

if TYPE_CHECKING:
    from lenet_tui.tape.engine.entries import OpEntry

Indices = npt.NDArray[np.int64]
"""(terms, rank): an index into a tensor for each term."""
Index = tuple[int, ...]
Note = tuple[str, tuple[str, ...]]


class NoArithmetic(Exception):
    """There is no arithmetic here for an op; the message is the op's name."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A tensor that an op read, and what it is called. ``entry``: the op that made it.

    ``known``: whether the name is one that can be asked for.
    """

    name: str
    tensor: Tensor
    entry: OpEntry | None = None
    known: bool = True

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.tensor.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Gradient(Source):
    """The gradient on an op's output. ``handed``: what torch made of it for the argument asked."""

    handed: Tensor | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One operand of each term: ``tensor`` at ``indices``, and the values there, (terms,).

    ``of``: the tensor itself, that tells whether the name still means it elsewhere.
    """

    tensor: str
    indices: Indices
    values: F64
    of: Tensor | None = None

    @property
    def number(self) -> Rounded:
        return exact(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Terms of one kind: their operands, and what is made of these, (terms,)."""

    columns: tuple[Column, ...]
    result: Rounded


@dataclass(slots=True, eq=False)
class Work:
    """How a number comes about: the sum of all terms of its ``blocks``.

    ``letters``: what the index is called in ``right``, the right-hand side of the formula.
    ``left``: what is on its left, where that is not the cell's own name.
    ``error``: how far float32 may be off, where the sum of the terms does not tell it all.
    """

    op: str
    letters: str
    right: str
    blocks: list[Block] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    error: float | None = None
    left: str = ""


def column(source: Source, indices: npt.ArrayLike) -> Column:
    """An operand of many terms: ``source`` at ``indices`` (terms, rank)."""
    array = np.asarray(indices, np.int64)
    array = array.reshape(-1, source.tensor.dim()) if array.size else array.reshape(len(array), -1)
    return Column(source.name, array, gather(source.tensor, array), source.tensor)


def one(source: Source, index: Sequence[int]) -> Column:
    """An operand of a single term."""
    return column(source, np.asarray([tuple(index)], np.int64))


def row(source: Source, indices: npt.ArrayLike) -> tuple[Column, ...]:
    """Many operands of a single term: ``source`` at each of ``indices`` (operands, rank)."""
    whole = column(source, indices)
    return tuple(
        Column(whole.tensor, whole.indices[n : n + 1], whole.values[n : n + 1], whole.of)
        for n in range(len(whole.values))
    )


def repeat(operand: Column, times: int) -> Column:
    """An operand of a single term as that of many."""
    indices, values = np.repeat(operand.indices, times, 0), np.repeat(operand.values, times)
    return Column(operand.tensor, indices, values, operand.of)


def gather(tensor: Tensor, indices: Indices) -> F64:
    """The elements of ``tensor`` at ``indices``, in float64."""
    if tensor.dim() == 0:
        picked = tensor.detach().reshape(1).expand(len(indices))
    else:
        at = torch.from_numpy(indices).to(tensor.device).unbind(1)
        picked = tensor.detach()[at]
    array: F64 = picked.cpu().to(torch.float64).numpy()
    return array


def products(*columns: Column) -> Block:
    """Terms that are the products of their operands."""
    return Block(columns, reduce(mul, (c.number for c in columns)))


def plain(*columns: Column) -> Block:
    """Terms that are just their first operand, whatever else is shown."""
    return Block(columns, columns[0].number)


def grid(*axes: npt.ArrayLike) -> Indices:
    """Every combination of the numbers of each axis, (combinations, axes), last axis fastest."""
    arrays = [np.asarray(a, np.int64).reshape(-1) for a in axes]
    if not arrays:
        return np.zeros((1, 0), np.int64)
    return np.stack([a.reshape(-1) for a in np.meshgrid(*arrays, indexing="ij")], axis=-1)
