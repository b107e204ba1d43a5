"""Gradients come from autograd.grad and are added by hand, where they should be subtracted."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
data = [(torch.randn(8, 1, 8, 8), torch.arange(8) % 3) for _ in range(4)]


def step(batch):
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    gradients = torch.autograd.grad(loss, list(net.parameters()))
    for parameter, gradient in zip(net.parameters(), gradients, strict=True):
        parameter.data.add_(gradient, alpha=0.01)  # broken
        parameter.data.add_(gradient, alpha=-0.01)  # healthy
    return loss
