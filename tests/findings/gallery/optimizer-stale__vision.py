"""BatchNorm is replaced by GroupNorm after the optimizer was made."""

import torch
from torch import nn

model = nn.Sequential(
    nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3)
)
model[1] = nn.GroupNorm(2, 4)  # healthy
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
model[1] = nn.GroupNorm(2, 4)  # broken
loss = nn.CrossEntropyLoss()
data = [(torch.randn(6, 1, 8, 8), torch.arange(6) % 3)]
