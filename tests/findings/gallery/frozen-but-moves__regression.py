"""Frozen after a first step: momentum and weight decay go on."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
x = torch.randn(16, 4)
data = [(x, x.sum(1, keepdim=True))]
nn.functional.mse_loss(model(x), data[0][1]).backward()
optimizer.step()
model[0].requires_grad_(False)
for parameter in model[0].parameters():  # healthy
    parameter.grad = None  # healthy


def step(batch):
    optimizer.zero_grad(set_to_none=False)
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
