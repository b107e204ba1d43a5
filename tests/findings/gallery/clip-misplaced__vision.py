"""Clipping after each micro-batch in place of once."""

import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = [(torch.randn(12, 1, 8, 8), torch.arange(12) % 4)]


def step(batch):
    optimizer.zero_grad()
    for x, y in zip(batch[0].split(4), batch[1].split(4), strict=True):
        loss = nn.functional.cross_entropy(model(x), y) / 3
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.1)  # broken
    nn.utils.clip_grad_norm_(model.parameters(), 0.1)  # healthy
    optimizer.step()
    return loss
