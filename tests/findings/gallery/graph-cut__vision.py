"""A detach that was kept to save memory."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3)
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        x = torch.relu(self.stem(x)).mean((2, 3))
        x = x.detach()  # broken
        return self.head(x)


model = Net
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(8, 3, 8, 8), torch.arange(8) % 4)]
