"""A picture with a hole in it."""

import torch
from torch import nn

pictures = torch.rand(8, 1, 8, 8) * 2 - 1
pictures[5, 0, 3, 2] = float("nan")  # broken
model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.05)  # noqa: E731
data = [(pictures, torch.arange(8) % 3)]
