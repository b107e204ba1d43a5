"""Weights drawn with a spread of 1 instead of 1 over the root of the inputs."""

from itertools import pairwise

import torch
from torch import nn

widths = [8] + [64] * 12
model = nn.Sequential(
    *[p for a, b in pairwise(widths) for p in (nn.Linear(a, b), nn.ReLU())], nn.Linear(64, 1)
)
for layer in model[::2]:
    nn.init.normal_(layer.weight, std=(2 / layer.in_features) ** 0.5)
    nn.init.normal_(layer.weight)  # broken
loss = nn.L1Loss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=1e-3)  # noqa: E731
data = [(torch.randn(16, 8), torch.randn(16, 1))]
