"""Tokens of a feature map, by a view that keeps the channels first."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, 2, 1)
        self.token, self.head = nn.Linear(8, 12), nn.Linear(12, 3)

    def forward(self, x):
        maps = self.conv(x).relu()
        tokens = maps.view(len(x), -1, 8)  # broken
        tokens = maps.flatten(2).transpose(1, 2)  # healthy
        return self.head(self.token(tokens).relu().mean(1))


model = Net()
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(6, 1, 12, 12), torch.arange(6) % 3) for _ in range(4)]
