"""A new head, put on after the optimizer was made."""

import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 100))
model[3] = nn.Linear(16, 5)  # healthy
optimizer = torch.optim.Adam(model.parameters())
model[3] = nn.Linear(16, 5)  # broken
loss = nn.CrossEntropyLoss()
data = [(torch.randn(10, 1, 8, 8), torch.arange(10) % 5)]
