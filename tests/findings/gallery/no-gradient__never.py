"""A backward without its parentheses is a name, and does nothing."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(12, 6), torch.arange(12) % 4) for _ in range(4)]


def step(batch):
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    optimizer.zero_grad()
    start = loss.backward
    start()  # healthy
    optimizer.step()
    return loss
