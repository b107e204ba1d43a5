"""Each gradient is clipped by a hook, with its bounds the wrong way round."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
for parameter in net.parameters():
    parameter.register_hook(lambda gradient: gradient.clamp(0.1, -0.1))  # broken
    parameter.register_hook(lambda gradient: gradient.clamp(-0.1, 0.1))  # healthy
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
data = [(torch.randn(8, 1, 8, 8), torch.arange(8) % 3) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
