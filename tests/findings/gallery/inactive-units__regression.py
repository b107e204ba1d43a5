"""An earlier step was so large that hardly any unit opens again."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 64), nn.ReLU(), nn.Linear(64, 1))
with torch.no_grad():
    net[0].weight.abs_().neg_()  # broken
    net[0].bias.zero_()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
data = [(torch.rand(24, 6) + 0.1, torch.randn(24)) for _ in range(3)]


def step(batch):
    x, y = batch
    loss = (net(x).squeeze(1) - y).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
