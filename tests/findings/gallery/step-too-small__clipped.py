"""The limit of each gradient was meant for the learning rate."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=1e-2)
data = [(torch.randn(12, 6), torch.arange(12) % 4) for _ in range(4)]


def step(batch):
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(net.parameters(), 1e-8)  # broken
    torch.nn.utils.clip_grad_value_(net.parameters(), 1.0)  # healthy
    optimizer.step()
    return loss
