"""A regression in float64 by L-BFGS, which calls its closure several times a step."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Surface(nn.Module):
    """It carries the mean of what it has seen as a plain attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(2, 5), nn.Linear(1, 5)
        self.out = nn.utils.parametrizations.weight_norm(nn.Linear(5, 1))
        self.seen = 0
        self.centre: Tensor | None = None

    def forward(self, place: Tensor, height: Tensor) -> Tensor:
        if self.training and torch.is_grad_enabled():
            self.seen += 1
            self.centre = place.mean(0) if self.centre is None else 0.9 * self.centre
        hidden = torch.tanh(self.a(place - 0.01 * self.seen) * self.b(height))
        return self.out(hidden)  # type: ignore[no-any-return]


model = Surface().double()
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=4, history_size=3)


def data() -> list[tuple[tuple[Tensor, Tensor], Tensor]]:
    made = []
    for _ in range(3):
        place, height = torch.randn(8, 2).double(), torch.randn(8, 1).double()
        made.append(((place, height), place.sum(1, keepdim=True) * height))
    return made


def step(batch: tuple[tuple[Tensor, Tensor], Tensor]) -> Tensor:
    inputs, target = batch

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(*inputs), target)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    return optimizer.step(closure)  # type: ignore[no-any-return, no-untyped-call]
