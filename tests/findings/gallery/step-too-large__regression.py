"""A learning rate for which the valley is too narrow."""

import torch
from torch import nn

model = nn.Linear(6, 1)
loss = nn.MSELoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=3.0)  # noqa: E731  # broken
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.1)  # noqa: E731  # healthy
x = torch.randn(32, 6)
data = [(x, x @ torch.randn(6, 1))]
