"""Weights are cast by making new parameters."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters())
for layer in (model[0], model[2]):
    layer.weight = nn.Parameter(layer.weight.detach() * 0.5)  # broken
    layer.weight.data.mul_(0.5)  # healthy
x = torch.randn(16, 3)
data = [(x, x.prod(1, keepdim=True))]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
