"""Each gradient is divided by its own norm: 0 behind an output that begins with zeros."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 1))
nn.init.zeros_(net[2].weight)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
data = [(torch.randn(16, 5), torch.randn(16, 1)) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(batch[0]), batch[1])
    loss.backward()
    for parameter in net.parameters():
        parameter.grad /= parameter.grad.norm()  # broken
        parameter.grad /= parameter.grad.norm() + 1e-8  # healthy
    optimizer.step()
    return loss
