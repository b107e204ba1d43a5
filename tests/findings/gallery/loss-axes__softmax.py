"""A log-softmax over the samples of the batch."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4))
model.append(nn.LogSoftmax(dim=0))  # broken
model.append(nn.LogSoftmax(dim=1))  # healthy
loss = nn.NLLLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(12, 6), torch.arange(12) % 4) for _ in range(4)]
