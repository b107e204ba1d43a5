"""A schedule over three epochs, called with each batch."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(64, 10))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
epochs, batches = 3, 50
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)  # broken
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * batches)  # healthy
data = [(torch.randn(10, 1, 8, 8), torch.arange(10)) for _ in range(6)]


def step(batch):
    pictures, labels = batch
    loss = nn.functional.cross_entropy(net(pictures), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    return loss
