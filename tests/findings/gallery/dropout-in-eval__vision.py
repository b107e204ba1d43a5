"""A functional dropout that is not told of the mode, and one that a mode guards."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 3, 2, 1), nn.Linear(64, 10)

    def forward(self, x):
        x = torch.relu(self.conv(x)).flatten(1)
        if self.training:
            x = F.dropout(x, 0.1)
        x = F.dropout(x, 0.5)  # broken
        x = F.dropout(x, 0.5, self.training)  # healthy
        return self.head(x)


model = Net
optimizer = torch.optim.Adam
loss = nn.CrossEntropyLoss()
data = [(torch.randn(10, 1, 8, 8), torch.arange(10)) for _ in range(3)]
