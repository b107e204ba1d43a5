"""Pictures of 0 to 255."""

import torch
from torch import nn

pictures = torch.randint(0, 256, (16, 3, 8, 8)).float()
pictures = pictures / 127.5 - 1  # healthy
model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4))
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=1e-5)  # noqa: E731
data = [(pictures, torch.arange(16) % 4)]
