"""Convolutions with weights that are far too small, and without a norm between them."""

import torch
from torch import nn


def block():
    conv = nn.Conv2d(8, 8, 3, padding=1)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    nn.init.normal_(conv.weight, std=0.01)  # broken
    return nn.Sequential(conv, nn.ReLU())


model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), *[block() for _ in range(8)], nn.Flatten(), nn.Linear(800, 3)
)
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.01)  # noqa: E731
data = [(torch.randn(8, 1, 10, 10), torch.arange(8) % 3)]
