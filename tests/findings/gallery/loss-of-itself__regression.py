"""The prediction is given to the loss twice."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]


def step(batch):
    x, y = batch
    output = net(x)
    y = output.detach()  # broken
    loss = nn.functional.mse_loss(output, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
