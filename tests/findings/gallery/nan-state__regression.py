"""Adam without an epsilon, and an output whose gradient is 0."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, eps=0.0)  # broken
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)  # healthy
data = [(torch.randn(10, 4), torch.randn(10))]


def step(batch):
    x, y = batch
    loss = (net(x)[:, 0] - y).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
