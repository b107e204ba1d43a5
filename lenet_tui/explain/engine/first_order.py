"""What rounding inside of an op may do to a number that it makes, through all that it makes on the
way.

Running error analysis (see ``rounding``) takes every error at its worst in every step, which over
many steps allows a thousand times what it should. Here each number on the way is computed in
float64 with the most that its own rounding may change it by, and autograd says how much the number
that is asked about changes with each of them: the sum of the products is the bound to first order
(Bauer, *Computational graphs and rounding error*, 1974). A quarter more is allowed for the orders
that are left out: where the bound is not small against the number's terms, there is none; see
``terms.tight``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import mul

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.explain.engine.terms import Operands, Sum, Terms
from lenet_tui.explain.rounding import (
    Precision,
    Rounded,
    computing_in,
    exact,
    multiplied_inside,
)

Part = tuple[tuple[Operands, ...], tuple[Tensor, ...]]
"""The operands of some terms, and what they are the products of."""
ROOM = 1.25
"""How many times the bound to first order is allowed."""
LIBRARY = 8.0
"""``exp`` and ``tanh`` are good to 4 units in the last place; see ``rounding``."""


@dataclass(slots=True, eq=False)
class Roundings:
    """The numbers on the way, each with what may be added to it: ``most`` of that."""

    precision: Precision = field(default_factory=computing_in)
    _added: list[Tensor] = field(default_factory=list)
    _most: list[Tensor] = field(default_factory=list)

    def off(self, value: Tensor, most: Tensor) -> Tensor:
        """A number that may be off by ``most``."""
        added = torch.zeros_like(value, requires_grad=True)
        self._added.append(added)
        self._most.append(most.detach().expand_as(value))
        return value + added

    def made(self, value: Tensor, size: Tensor, roundings: float) -> Tensor:
        """A number of several operations, none of which made more than ``size``."""
        p = self.precision
        most = roundings * ((p.step + p.own) * size.detach().abs() + p.tiny + p.under)
        return self.off(value, most)

    def of(self, x: Rounded) -> Tensor:
        """Numbers with errors that are known already."""
        value = torch.from_numpy(np.ascontiguousarray(x.value))
        return self.off(value, torch.from_numpy(np.ascontiguousarray(x.error)))

    def sigmoid(self, x: Tensor) -> Tensor:
        value = torch.sigmoid(x)
        return self.made(value, value, LIBRARY + 2)

    def tanh(self, x: Tensor) -> Tensor:
        value = torch.tanh(x)
        return self.made(value, value, LIBRARY)

    def affine(
        self, products: Sequence[tuple[Tensor, Tensor]], *more: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Σ a ⋅ wᵀ + ``more``, added up in any order (see ``rounding.sum_error``); and the sum of
        the sizes.
        """
        p = self.precision
        count = sum(a.shape[-1] for a, _ in products) + len(more)
        value = sum((a @ w.mT for a, w in products), start=torch.zeros(()))
        size = sum((a.detach().abs() @ w.detach().abs().mT for a, w in products), torch.zeros(()))
        for each in more:
            value, size = value + each, size + each.detach().abs()
        most = count * p.step / (1 - count * p.step) * size + count * p.tiny
        if p.own:
            most = most + 3 * (p.own * value.detach().abs() + p.under)
        return self.off(value, most), size

    def reach(self, total: Tensor) -> float:
        """How far all of them together may move a number."""
        if not self._added or not total.requires_grad:
            return 0.0
        found = torch.autograd.grad(total, self._added, allow_unused=True)
        pairs = zip(found, self._most, strict=True)
        return ROOM * sum(float((g.abs() * most).sum()) for g, most in pairs if g is not None)


def summed(total: Sum, roundings: Roundings, *parts: Part) -> Sum:
    """The sum with a term for each product of some tensors' elements, and with its bound."""
    whole = torch.zeros((), dtype=torch.float64)
    for operands, factors in parts:
        values = (exact(f.detach().numpy()) for f in factors)
        total.terms.append(Terms(operands, multiplied_inside(*values)))
        whole = whole + reduce(mul, factors).sum()
    total.extra += roundings.reach(whole)
    return total


def at(x: Tensor, *index: npt.NDArray[np.int64]) -> Tensor:
    """The numbers at some places."""
    return x[tuple(torch.from_numpy(np.ascontiguousarray(i)) for i in index)]
