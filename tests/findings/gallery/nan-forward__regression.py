"""The logarithm of a rate that may be 0."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
data = [(torch.randn(20, 4), torch.randint(0, 5, (20,)))]


def step(batch):
    x, count = batch
    rate = torch.relu(net(x).squeeze(1))  # broken
    rate = nn.functional.softplus(net(x).squeeze(1))  # healthy
    loss = (rate - count * torch.log(rate)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
