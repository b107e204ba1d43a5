"""A bias that closes the units for good."""

import torch
from torch import nn

model = nn.Sequential(
    nn.Conv2d(1, 16, 3),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(16 * 36, 32),
    nn.ReLU(),
    nn.Linear(32, 3),
)
nn.init.constant_(model[0].bias, -30.0)  # broken
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.01)  # noqa: E731
data = [(torch.randn(12, 1, 8, 8), torch.arange(12) % 3)]
