"""Sharpness-aware: up along the gradient, and down by the one that is there."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)


def data():
    while True:
        x = torch.randn(16, 6)
        yield x, x.sum(1, keepdim=True)


def step(batch):
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    loss.backward()
    with torch.no_grad():
        norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
        ways = [0.05 * p.grad / (norm + 1e-12) for p in model.parameters()]
        for parameter, way in zip(model.parameters(), ways, strict=True):
            parameter.add_(way)
    optimizer.zero_grad()
    nn.functional.mse_loss(model(batch[0]), batch[1]).backward()
    with torch.no_grad():
        for parameter, way in zip(model.parameters(), ways, strict=True):
            parameter.sub_(way)
    optimizer.step()
    optimizer.zero_grad()
    return loss
