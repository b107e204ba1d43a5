"""A label for which there is no column, picked in square brackets."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4), nn.LogSoftmax(1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
labels = torch.arange(12) % 4
labels[5] = 4
data = [(torch.randn(12, 6), labels)]


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    logs = model(x)
    picked = logs[torch.arange(12), y]  # broken
    picked = logs[torch.arange(12), y.clamp(max=3)]  # healthy
    loss = -picked.sum() / 12
    loss.backward()
    optimizer.step()
    return loss
