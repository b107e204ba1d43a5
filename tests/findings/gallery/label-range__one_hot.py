"""A label for which there is no place among the ones and zeros."""

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
    picked = logs * nn.functional.one_hot(y, 4)  # broken
    picked = logs * nn.functional.one_hot(y.clamp(max=3), 4)  # healthy
    loss = -picked.sum() / 12
    loss.backward()
    optimizer.step()
    return loss
