"""The target in the place of the prediction, in a binary loss."""

import torch
from torch import nn
from torch.nn import functional as F

model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(24, 6)
data = [(x, (x.sum(1, keepdim=True) > 0).float())]


def loss(output, target):
    return F.binary_cross_entropy(target, output.sigmoid())  # broken
    return F.binary_cross_entropy(output.sigmoid(), target)  # healthy
