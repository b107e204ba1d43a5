"""Cleared in every micro-batch, so nothing accumulates."""

import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.Adam(model.parameters())
data = [(torch.randn(12, 1, 8, 8), torch.arange(12) % 4)]


def step(batch):
    optimizer.zero_grad()  # healthy
    for x, y in zip(batch[0].chunk(3), batch[1].chunk(3), strict=True):
        optimizer.zero_grad()  # broken
        loss = nn.functional.cross_entropy(model(x), y) / 3
        loss.backward()
    optimizer.step()
    return loss
