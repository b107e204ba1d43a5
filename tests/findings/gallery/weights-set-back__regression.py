"""All layers are drawn anew at the end of each step."""

import torch
from torch import nn


def reset(module):
    if isinstance(module, nn.Linear):
        module.reset_parameters()


net = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 1))
net.apply(reset)  # healthy
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
data = [(torch.randn(16, 5), torch.randn(16, 1)) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    net.apply(reset)  # broken
    return loss
