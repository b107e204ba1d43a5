"""A head that was counted for another size of pictures."""

import torch
from torch import nn

pixels = 4 * 6 * 6  # broken
pixels = 4 * 7 * 7  # healthy
model = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(pixels, 3))
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.1)  # noqa: E731
data = [(torch.randn(8, 1, 14, 14), torch.arange(8) % 3)]
