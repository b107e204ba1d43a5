"""Models that need more than their own class, and some whose source cannot go along."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

WIDTH: int = 6
UNUSED = np.pi


class Branch(nn.Module):
    """A part of ``Branches``."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, WIDTH, size, stride=4, padding=size // 2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.conv(x)).flatten(1)


@cache
def places() -> int:
    """How many numbers both branches give."""
    return 2 * WIDTH * 8 * 8


class Branches(nn.Module):
    """Two branches side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.branches = nn.ModuleList([Branch(3), Branch(5)])
        self.head = nn.Linear(places(), 10)

    def forward(self, x: Tensor) -> Tensor:
        y = [branch(x) for branch in self.branches]
        return self.head(torch.cat(y, 1))  # type: ignore[no-any-return]


def with_numpy() -> nn.Module:
    """Needs more than torch."""
    return nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod((32, 32))), 10))


def _maker() -> object:
    def make() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(1024, 10))

    return make


unnamed = _maker()
"""Not at the top level of its module."""


def session() -> nn.Module:
    """Has a name that the script uses."""
    return nn.Sequential(nn.Flatten(), nn.Linear(1024, 10))
