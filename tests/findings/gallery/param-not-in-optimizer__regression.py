"""An optimizer of another model than the one that the step calls."""

import torch
from torch import nn
from torch.nn import functional as F

first, second = nn.Linear(6, 1), nn.Linear(6, 1)
optimizer = torch.optim.SGD(first.parameters(), lr=0.01)  # broken
optimizer = torch.optim.SGD(second.parameters(), lr=0.01)  # healthy
data = [(torch.randn(8, 6), torch.randn(8, 1)) for _ in range(4)]


def step(batch):
    x, y = batch
    loss = F.mse_loss(second(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
