"""A year as a number, beside others of unit scale."""

import torch
from torch import nn

years = torch.randint(1950, 2020, (20, 4)).float()
years = (years - 1985) / 20  # healthy
model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
loss = nn.MSELoss()
optimizer = torch.optim.Adam
data = [(years, torch.randn(20, 1))]
