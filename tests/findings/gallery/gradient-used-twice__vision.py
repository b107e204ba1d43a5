"""A helper makes the step, and the loop makes it once more."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(64, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(10, 1, 8, 8), torch.arange(10)) for _ in range(4)]


def learn(loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def step(batch):
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    learn(loss)
    optimizer.step()  # broken
    return loss
