"""Bands of a picture, one of which is an air pressure in hectopascal."""

import torch
from torch import nn

bands = torch.randn(16, 5, 8, 8)
bands[:, 4] = bands[:, 4] + 1000  # broken
model = nn.Sequential(nn.Conv2d(5, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4))
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.Adam(parameters, lr=1e-4)  # noqa: E731
data = [(bands, torch.arange(16) % 4)]
