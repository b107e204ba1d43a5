"""A bias of −10 before a ReLU: no unit of the layer ever opens."""

import torch
from torch import nn

model = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(216, 4))
nn.init.constant_(model[0].bias, -10)  # broken
nn.init.constant_(model[0].bias, 0.1)  # healthy
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(8, 3, 8, 8), torch.arange(8) % 4)]
