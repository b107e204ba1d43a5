"""Labels −1 and 1 for a binary loss, which raises nothing."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1), nn.Flatten(0))
loss = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam
x = torch.randn(16, 4)
side = x.sum(1).sign()
data = [(x, side)]  # broken
data = [(x, (side + 1) / 2)]  # healthy
