"""A minus before the loss."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(64, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(10, 1, 8, 8), torch.arange(10)) for _ in range(4)]


def step(batch):
    pictures, labels = batch
    loss = -criterion(net(pictures), labels)  # broken
    loss = criterion(net(pictures), labels)  # healthy
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
