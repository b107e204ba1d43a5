"""A GAN: two nets, two optimizers, three backwards; no ``model`` and no returned loss."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

generator = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 6))
critic = nn.Sequential(nn.Linear(6, 16), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(16, 1))
optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999))
optimizer_d = torch.optim.RMSprop(critic.parameters(), lr=1e-3)
criterion = nn.BCEWithLogitsLoss()


def data() -> Iterator[Tensor]:
    while True:
        yield torch.randn(5, 6) * 0.5 + 1


def step(real: Tensor) -> None:
    ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)
    critic.zero_grad()
    criterion(critic(real), ones).backward()
    fake = generator(torch.randn(len(real), 4))
    criterion(critic(fake.detach()), zeros).backward()
    optimizer_d.step()
    generator.zero_grad()
    criterion(critic(fake), ones).backward()
    optimizer_g.step()
