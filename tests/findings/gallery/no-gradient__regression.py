"""All weights zero before a ReLU: nothing can ever move."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
for layer in (model[0], model[2]):
    nn.init.zeros_(layer.weight)  # broken
    nn.init.xavier_uniform_(layer.weight)  # healthy
    nn.init.zeros_(layer.bias)
loss = nn.MSELoss()
optimizer = torch.optim.Adam
x = torch.randn(16, 4)
data = [(x, x.sum(1, keepdim=True))]
