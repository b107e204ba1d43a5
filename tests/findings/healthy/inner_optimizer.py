"""Reptile: an Adam of its own for the few steps of each task, as is meant."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 1))
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]


def step(batch):
    start = [parameter.detach().clone() for parameter in net.parameters()]
    inner = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(3):
        loss = nn.functional.mse_loss(net(batch[0]), batch[1])
        inner.zero_grad()
        loss.backward()
        inner.step()
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), start, strict=True):
            parameter.copy_(value + 0.5 * (parameter - value))
    return loss
