"""backward is called in a helper, and again in the step."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
x = torch.randn(16, 4)
data = [(x, x.sum(1, keepdim=True))]


def measured(x, y):
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


def step(batch):
    optimizer.zero_grad()
    loss = measured(*batch)
    loss.backward()  # broken
    optimizer.step()
    return loss
