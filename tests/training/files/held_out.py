"""A classifier with data held out, and with all that an evaluation may disturb.

It draws numbers in each forward, also in ``eval`` mode; there it counts its calls, and writes a
buffer and its own weights too.
"""

from __future__ import annotations

import random

import numpy as np
import torch
from torch import Tensor, nn

torch.manual_seed(1)
CENTRES = torch.randn(4, 12)


def drawn(seed: int, count: int) -> list[tuple[Tensor, Tensor]]:
    """Batches of 8 points around four centres, with the number of the centre."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(4, (count, 8), generator=generator)
    noise = torch.randn(count, 8, 12, generator=generator)
    return [(CENTRES[label] + noise[n], label) for n, label in enumerate(labels)]


class Restless(nn.Module):
    """A model that changes whenever it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(12)
        self.frozen = nn.BatchNorm1d(12).eval()
        self.drop = nn.Dropout(0.3)
        self.hidden = nn.Linear(12, 16)
        self.head = nn.Linear(16, 4)
        self.calls = 0
        self.last: Tensor | None = None
        self.seen: Tensor
        self.register_buffer("seen", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.seen += len(x)
        self.last = x.mean(0)
        x = x + 0.01 * torch.randn_like(x) + 0.001 * random.random() + 0.001 * np.random.rand()
        self.hidden.weight.data = torch.renorm(self.hidden.weight.data, 2, 0, 1.0)
        self.head.weight.data.mul_(0.999)
        x = self.drop(self.frozen(self.norm(x)))
        made: Tensor = self.head(torch.relu(self.hidden(x)))
        return made


model = Restless
data = drawn(2, 6)
test_data = drawn(3, 5)
loss = nn.CrossEntropyLoss()


def optimizer(parameters: object) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, lr=0.01)  # type: ignore[arg-type]
