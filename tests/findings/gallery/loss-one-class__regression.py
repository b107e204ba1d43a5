"""Yes or no with one output, and the loss for several classes."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(24, 6)
data = [(x, (x.sum(1, keepdim=True) > 0).float())]
loss = nn.CrossEntropyLoss()  # broken
loss = nn.BCEWithLogitsLoss()  # healthy
