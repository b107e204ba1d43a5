"""Layers in a list, which a cast of the model does not reach, nor a move to a GPU."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 16)
        self.blocks = [nn.Linear(16, 16) for _ in range(2)]  # broken
        self.blocks = nn.ModuleList(nn.Linear(16, 16) for _ in range(2))  # healthy
        self.last = nn.Linear(16, 3)

    def forward(self, x):
        x = torch.relu(self.first(x))
        for block in self.blocks:
            x = torch.relu(block(x))
        return self.last(x)


model = Net().double()
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(9, 6).double(), torch.arange(9) % 3)]
