"""Two losses in turn, and the backward of the second one was forgotten."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x[:8]), y[:8])
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()  # healthy
    loss = nn.functional.mse_loss(net(x[8:]), y[8:])
    loss.backward()  # healthy
    optimizer.step()
    return loss
