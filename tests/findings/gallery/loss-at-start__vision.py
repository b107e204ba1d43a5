"""Pictures from 0 to 255."""

import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=1e-6)  # noqa: E731
pictures = torch.randint(0, 256, (20, 1, 8, 8)).float()
data = [(pictures, torch.arange(20) % 10)]  # broken
data = [((pictures - 128) / 74, torch.arange(20) % 10)]  # healthy
