"""A learning rate that was read as a whole number."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 1))
loss = nn.MSELoss()
rate = "0.01"
rate = int(float(rate))  # broken
rate = float(rate)  # healthy
optimizer = torch.optim.SGD(model.parameters(), lr=rate)
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]
