"""A learning rate that was given as an exponent too many."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=1e-12)  # broken
optimizer = torch.optim.SGD(net.parameters(), lr=1e-2)  # healthy
data = [(torch.randn(12, 6), torch.arange(12) % 4) for _ in range(4)]


def step(batch):
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
