"""Gradients are cleared once an epoch, before the loop over batches."""

import torch
from torch import nn

model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
optimizer = torch.optim.Adam(model.parameters())
seen = [0]


def data():
    for _ in range(8):
        yield torch.randn(6, 1, 8, 8), torch.arange(6) % 3


def step(batch):
    if seen[0] % 8 == 0:
        optimizer.zero_grad()
    seen[0] += 1
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()  # healthy
    return loss
