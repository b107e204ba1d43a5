"""A sign too many: the limit of each number is negative, so that all become the same."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
data = [(torch.randn(16, 5), torch.randn(16, 1)) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(batch[0]), batch[1])
    loss.backward()
    torch.nn.utils.clip_grad_value_(net.parameters(), -0.5)  # broken
    torch.nn.utils.clip_grad_value_(net.parameters(), 0.5)  # healthy
    optimizer.step()
    return loss
