"""Sequences of two classes: time first, as they were recorded."""

from itertools import islice

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 2)
        self.blocks = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])

    def forward(self, x):  # (time, sample, channel)
        x = x.permute(1, 0, 2)
        for block in self.blocks:
            x = x + torch.tanh(block(x))
        return self.head(x.mean(1))


model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def data():
    draw = torch.Generator().manual_seed(1)
    while True:
        y = torch.randint(2, (4,), generator=draw)
        yield torch.randn(6, 4, 8, generator=draw) + y[:, None], y


def step(batch):
    x, y = batch
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


if __name__ == "__main__":
    for batch in islice(data(), 10):
        print(step(batch).item())
