"""Whole numbers for a binary loss."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
loss = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam
x = torch.randn(16, 4)
data = [(x, (x[:, :3] > 0).long())]  # broken
data = [(x, (x[:, :3] > 0).float())]  # healthy
