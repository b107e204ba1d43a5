"""A height in centimetres as one feature beside others of unit scale."""

import torch
from torch import nn

features = torch.randn(64, 6)
features[:, 2] = 172 + 12 * torch.randn(64)
features[:, 2] = (features[:, 2] - 172) / 12  # healthy
model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
loss = nn.MSELoss()
optimizer = torch.optim.Adam
data = [(features, torch.randn(64, 1))]
