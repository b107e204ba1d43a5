"""A residual is added in place to what a sigmoid has saved."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.block = nn.Conv2d(1, 4, 3, 1, 1), nn.Conv2d(4, 4, 3, 1, 1)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        x = self.stem(x)
        gate = torch.sigmoid(self.block(x))
        gate += x  # broken
        gate = gate + x  # healthy
        return self.head(gate.mean((2, 3)))


model = Net()
optimizer = torch.optim.Adam(model.parameters())
data = [(torch.randn(6, 1, 8, 8), torch.arange(6) % 3)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
