"""Losses for a plot, kept in a list with their graphs."""

import torch
from torch import nn

model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
optimizer = torch.optim.Adam(model.parameters())
data = [(torch.randn(6, 1, 8, 8), torch.arange(6) % 3)]
curve = []


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    curve.append(loss)  # broken
    curve.append(loss.detach())  # healthy
    return loss
