"""Clipping written by hand, after the update."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(16, 4), torch.randn(16, 1) * 10) for _ in range(5)]


def clip(most):
    norm = torch.sqrt(sum((p.grad**2).sum() for p in model.parameters()))
    for p in model.parameters():
        p.grad.mul_(min(1.0, most / (float(norm) + 1e-6)))


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    loss.backward()
    clip(0.5)  # healthy
    optimizer.step()
    clip(0.5)  # broken
    return loss
