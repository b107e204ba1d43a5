"""Classes that are numbered from 1."""

import torch
from torch import nn

model = nn.Sequential(
    nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5)
)
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
labels = torch.arange(10) % 5 + 1  # broken
labels = torch.arange(10) % 5  # healthy
data = [(torch.randn(10, 3, 9, 9), labels)]
