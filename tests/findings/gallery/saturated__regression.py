"""A tanh that is given numbers in the hundreds."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(5, 32), nn.Tanh(), nn.Linear(32, 1))
nn.init.normal_(model[0].weight, std=150.0)  # broken
loss = nn.MSELoss()
optimizer = torch.optim.Adam
data = [(torch.randn(20, 5), torch.randn(20, 1))]
