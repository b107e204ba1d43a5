"""A batch of sixteen in four parts, whose gradients add up."""

from itertools import islice

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
centres = torch.randn(3, 8)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)


def data():
    draw = torch.Generator().manual_seed(1)
    while True:
        y = torch.randint(3, (16,), generator=draw)
        yield centres[y] + torch.randn(16, 8, generator=draw), y


def step(batch):
    x, y = batch
    losses = []
    optimizer.zero_grad()
    for part in range(0, 16, 4):
        loss = F.cross_entropy(model(x[part : part + 4]), y[part : part + 4])
        losses.append(loss.item())
        loss = loss / 4
        loss.backward()
    optimizer.step()
    return torch.tensor(losses).mean()


if __name__ == "__main__":
    for batch in islice(data(), 10):
        print(step(batch).item())
