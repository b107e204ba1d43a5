"""An update after every fourth batch, of a sum of four means."""

import torch
from torch import nn

model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
EVERY = 4
count = [0]


def data():
    for _ in range(16):
        yield torch.randn(6, 1, 8, 8), torch.arange(6) % 3


def step(batch):
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()  # broken
    (loss / EVERY).backward()  # healthy
    count[0] += 1
    if count[0] % EVERY == 0:
        optimizer.step()
        optimizer.zero_grad()
    return loss
