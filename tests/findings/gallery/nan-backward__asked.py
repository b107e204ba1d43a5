"""Gradients come from autograd.grad; the slope of the root at 0 is infinite."""

import torch
from torch import nn

net = nn.Linear(6, 4)
parameters = list(net.parameters())
data = [torch.randn(8, 6) for _ in range(4)]


def step(batch):
    out = net(batch)
    far = (out - out.mean(0)).pow(2).sum(1) + 1.0
    loss = far.sqrt().mean() + (out - out).pow(2).sum().sqrt()  # broken
    loss = far.sqrt().mean() + (out - out).pow(2).sum()  # healthy
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.sub_(gradient, alpha=0.05)
    return loss
