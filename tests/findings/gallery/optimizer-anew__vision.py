"""The optimizer is made inside of the step."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(64, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)  # healthy
data = [(torch.randn(10, 1, 8, 8), torch.arange(10)) for _ in range(4)]


def step(batch):
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)  # broken
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
