"""A square that overflows half precision."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        h = self.conv(x).clamp(min=0.5) * 1000
        h = h.half()  # broken
        power = h * h
        return self.head(power.mean((2, 3)).float() * 1e-6)


model = Net
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.01)  # noqa: E731
data = [(torch.randn(8, 1, 8, 8), torch.arange(8) % 3)]
