"""A backbone that was to be frozen: the flag was set on the module."""

import torch
from torch import nn

backbone = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Flatten())
head = nn.Linear(64, 10)
net = nn.Sequential(backbone, head)
backbone.requires_grad = False  # broken
backbone.requires_grad_(False)  # healthy
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
data = [(torch.randn(10, 1, 8, 8), torch.arange(10)) for _ in range(4)]


def step(batch):
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
