"""Depth maps: the target lacks the channel axis."""

import torch
from torch import nn

model = nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 1, 3, 1, 1))
optimizer = torch.optim.Adam
data = [(torch.randn(4, 3, 8, 8), torch.rand(4, 8, 8))]


def loss(output, target):
    return nn.functional.l1_loss(output, target)  # broken
    return nn.functional.l1_loss(output, target.unsqueeze(1))  # healthy
