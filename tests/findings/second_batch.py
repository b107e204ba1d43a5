"""Labels that are out of range from the second batch on."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
loss = nn.CrossEntropyLoss()
data = [
    (torch.randn(6, 4), torch.arange(6) % 3),
    (torch.randn(6, 4), torch.arange(6) % 3 + 1),
]
