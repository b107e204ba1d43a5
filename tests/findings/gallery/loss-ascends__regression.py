"""An update by hand that adds the gradient."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 1))
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]
rate = 0.01


def step(batch):
    x, y = batch
    net.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(rate * parameter.grad)  # broken
            parameter.sub_(rate * parameter.grad)  # healthy
    return loss
