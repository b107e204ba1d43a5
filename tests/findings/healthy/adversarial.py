"""Adversarial training: a first backward is for the input alone."""

import torch
from torch import nn

model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
criterion = nn.CrossEntropyLoss()


def data():
    while True:
        yield torch.randn(6, 1, 8, 8), torch.randint(3, (6,))


def step(batch):
    x, y = batch
    x = x.clone().requires_grad_(True)
    criterion(model(x), y).backward()
    attacked = (x + 0.05 * x.grad.sign()).detach()
    optimizer.zero_grad()
    loss = criterion(model(attacked), y)
    loss.backward()
    optimizer.step()
    return loss
