"""Noise of NumPy, whose generator is seeded in every step."""

import numpy as np
import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), torch.randn(12, 1)) for _ in range(6)]


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    np.random.seed(0)  # broken
    x = x + 0.1 * torch.from_numpy(np.random.randn(12, 6)).float()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    return loss
