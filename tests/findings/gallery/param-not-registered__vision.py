"""Blocks in a plain list."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, 1, 1)
        self.blocks = [nn.Conv2d(6, 6, 3, 1, 1) for _ in range(2)]  # broken
        self.blocks = nn.ModuleList([nn.Conv2d(6, 6, 3, 1, 1) for _ in range(2)])  # healthy
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = torch.relu(block(x))
        return self.head(x.mean((2, 3)))


model = Net
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(8, 3, 8, 8), torch.arange(8) % 4)]
