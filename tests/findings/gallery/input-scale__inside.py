"""A model that normalises what it is given, and data that are normalised already."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor(0.5))
        self.out = nn.Linear(12, 1)

    def forward(self, x):
        x = 2 * (x - self.mean)
        return self.out(x)


model = Net()
measured = torch.rand(32, 12)
measured = measured * 2 - 1  # broken
loss = nn.MSELoss()
optimizer = torch.optim.Adam
data = [(measured, torch.randn(32, 1))]
