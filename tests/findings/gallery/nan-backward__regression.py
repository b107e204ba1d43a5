"""A distance of a point from itself: the root has no slope at 0."""

import torch
from torch import nn

model = nn.Linear(3, 3)
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.01)  # noqa: E731
data = [(torch.randn(6, 3), torch.randn(6, 3))]


def loss(output, target):
    apart = (output[:, None] - output[None]).square().sum(-1)
    pull = torch.sqrt(apart).mean()  # broken
    pull = torch.sqrt(apart + 1e-6).mean()  # healthy
    return (output - target).square().mean() + 0.1 * pull
