"""Losses of pairs that are meant: ranks, distances, weights of the right shape."""

import torch
from torch import nn
from torch.nn import functional as F

model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), (torch.randn(12) > 0).float()) for _ in range(6)]


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    out, target = model(x), y[:, None]
    flat = out.squeeze(-1)
    rank = F.softplus(-(out - out.T) * (y[:, None] - y[None, :])).mean()
    apart = (flat.unsqueeze(1) - y).abs().mean()
    weighted = (torch.ones(12, 1) * F.softplus(-(2 * target - 1) * out)).mean()
    loss = rank + 0.1 * apart + weighted + ((flat - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss
