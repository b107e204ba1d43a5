"""Gradients come from autograd.grad and are applied by hand; the target lacks an axis."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
parameters = list(net.parameters())
x = torch.randn(64, 6)
data = [(x[n : n + 16], x[n : n + 16, :1] * 2) for n in (0, 16, 32, 48)]


def step(batch):
    x, y = batch
    y = y.squeeze(1)  # broken
    loss = ((net(x) - y) ** 2).mean()
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.sub_(gradient, alpha=0.05)
    return loss
