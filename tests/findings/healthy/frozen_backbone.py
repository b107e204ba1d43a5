"""A frozen backbone in eval mode from the start, in the optimizer all the same, with decay."""

import torch
from torch import nn

backbone = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
model = nn.Sequential(backbone, nn.Flatten(), nn.Dropout(0.2), nn.Linear(6, 4))
backbone.requires_grad_(False).eval()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)
data = [(torch.randn(8, 3, 8, 8), torch.arange(8) % 4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
