"""Noise from generators that go on, a fixed projection, and a look at fixed inputs."""

import numpy as np
import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), torch.randn(12, 1)) for _ in range(6)]
mine, rng, scale = torch.Generator().manual_seed(3), np.random.default_rng(0), torch.rand(12, 1)


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    fixed = torch.randn(6, 6, generator=torch.Generator().manual_seed(5))
    x = x + 0.1 * torch.randn(x.shape, generator=mine) * scale
    x = x + 0.1 * torch.from_numpy(rng.normal(size=(12, 6))).float()
    loss = nn.functional.mse_loss(model(x @ fixed / 3), y)
    loss.backward()
    optimizer.step()
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(0)
        model(torch.randn(12, 6)).mean().item()
    return loss
