"""Clipping each number to 0: the exponent of 1e-1 was divided as whole numbers."""

import torch
from torch import nn

model = nn.Sequential(nn.Embedding(20, 8), nn.Flatten(), nn.Linear(40, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
data = [(torch.randint(0, 20, (6, 5)), torch.arange(6) % 3) for _ in range(4)]
LIMIT = 1 // 10  # broken
LIMIT = 1 / 10  # healthy


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    torch.nn.utils.clip_grad_value_(model.parameters(), LIMIT)
    optimizer.step()
    return loss
