"""Two losses share a trunk, each with its own backward."""

import torch
from torch import nn

trunk = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten())
kind, size = nn.Linear(144, 3), nn.Linear(144, 1)
model = nn.ModuleList([trunk, kind, size])
optimizer = torch.optim.Adam(model.parameters())
data = [(torch.randn(6, 1, 8, 8), (torch.arange(6) % 3, torch.rand(6, 1)))]


def step(batch):
    x, (label, extent) = batch
    optimizer.zero_grad()
    features = trunk(x)
    first = nn.functional.cross_entropy(kind(features), label)
    second = nn.functional.mse_loss(size(features), extent)
    first.backward()  # broken
    second.backward()  # broken
    (first + second).backward()  # healthy
    optimizer.step()
    return first
