"""House prices: the head gives (N, 1), the prices are (N,)."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.Adam
x = torch.randn(12, 6)
data = [(x, x.sum(1))]


def loss(output, target):
    return nn.functional.mse_loss(output, target)  # broken
    return nn.functional.mse_loss(output.squeeze(1), target)  # healthy
