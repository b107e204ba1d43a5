"""A frozen backbone whose running statistics follow each batch."""

import torch
from torch import nn

backbone = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
backbone.requires_grad_(False)
model = nn.Sequential(backbone, nn.Flatten(), nn.Linear(6, 4))
optimizer = torch.optim.Adam(model[2].parameters())
data = [(torch.randn(8, 3, 8, 8) + 1, torch.arange(8) % 4)]


def step(batch):
    model.train()
    backbone.eval()  # healthy
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
