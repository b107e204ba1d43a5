"""One random filter, copied to all channels, and a head of ones."""

import torch
from torch import nn

model = nn.Sequential(nn.Conv2d(1, 6, 3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
model.append(nn.Linear(6, 3))
with torch.no_grad():
    model[0].weight.copy_(model[0].weight[:1].expand_as(model[0].weight))  # broken
    model[0].bias.zero_()
    model[4].weight.copy_(torch.tensor([1.0, -0.5, 0.2])[:, None].expand(3, 6))
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(12, 1, 8, 8), torch.arange(12) % 3) for _ in range(4)]
