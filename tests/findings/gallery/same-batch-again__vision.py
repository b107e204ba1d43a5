"""A loader that begins its epoch again for every batch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(torch.randn(32, 1, 6, 6), torch.arange(32) % 4), batch_size=8)
model = nn.Sequential(nn.Flatten(), nn.Linear(36, 16), nn.ReLU(), nn.Linear(16, 4))
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam


def data():
    while True:
        yield next(iter(loader))  # broken
        yield from loader  # healthy
