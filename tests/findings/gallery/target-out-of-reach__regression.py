"""Changes that may be negative, predicted by what never is."""

import torch
from torch import nn

model = nn.Sequential(
    nn.Linear(5, 16),
    nn.Tanh(),
    nn.Linear(16, 1),
    nn.ReLU(),  # broken
)
loss = nn.SmoothL1Loss()
optimizer = torch.optim.Adam
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]
