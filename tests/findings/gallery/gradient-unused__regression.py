"""zero_grad stands between backward and step."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
x = torch.randn(16, 4)
data = [(x, x.sum(1, keepdim=True))]


def step(batch):
    optimizer.zero_grad()  # healthy
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    loss.backward()
    optimizer.zero_grad()  # broken
    optimizer.step()
    return loss
