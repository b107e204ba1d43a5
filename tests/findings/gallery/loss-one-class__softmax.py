"""A softmax over the one output of a yes or no."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 1))
model.append(nn.Softmax(dim=1))  # broken
model.append(nn.Sigmoid())  # healthy
loss = nn.BCELoss()
optimizer = torch.optim.Adam
data = [(x, (x[:, :1] > 0).float()) for x in (torch.randn(16, 6) for _ in range(4))]
