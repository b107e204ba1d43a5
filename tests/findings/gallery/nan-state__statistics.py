"""Batch statistics that came in as NaN: training does not read them, evaluation does."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
model[1].running_var.fill_(float("nan"))  # broken
loss = nn.MSELoss()
optimizer = torch.optim.Adam
data = [(torch.randn(8, 6), torch.randn(8, 1))]
