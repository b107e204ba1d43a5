"""A limit of 0 that was meant to switch clipping off."""

import torch
from torch import nn

model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
data = [(torch.randn(8, 1, 8, 8), torch.arange(8) % 4) for _ in range(4)]
LIMIT = 0.0


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), LIMIT)  # broken
    if LIMIT > 0:  # healthy
        torch.nn.utils.clip_grad_norm_(model.parameters(), LIMIT)  # healthy
    optimizer.step()
    return loss
