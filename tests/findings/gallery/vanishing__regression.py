"""Ten layers of sigmoids."""

from itertools import pairwise

import torch
from torch import nn

between = nn.Sigmoid  # broken
between = nn.ELU  # healthy
widths = [8] + [32] * 10
layers = [part for a, b in pairwise(widths) for part in (nn.Linear(a, b), between())]
model = nn.Sequential(*layers, nn.Linear(32, 1))
for layer in model[:-1:2]:
    nn.init.xavier_uniform_(layer.weight)
loss = nn.MSELoss()
optimizer = torch.optim.Adam
data = [(torch.randn(16, 8), torch.randn(16, 1))]
