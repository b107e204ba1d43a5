"""Yes or no by one number that is never negative: its sigmoid is never below one half."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 1))
model.append(nn.Softplus())  # broken
loss = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam
data = [(x, (x[:, :1] > 0).float()) for x in (torch.randn(16, 6) for _ in range(4))]
