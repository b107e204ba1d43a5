"""All weights begin with one constant."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 1))
for layer in (net[0], net[2]):
    nn.init.constant_(layer.weight, 0.1)  # broken
    nn.init.xavier_uniform_(layer.weight)  # healthy
    nn.init.zeros_(layer.bias)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]


def step(batch):
    loss = nn.functional.mse_loss(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
