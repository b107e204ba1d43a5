"""A checkpoint from which the optimizer is loaded and the scheduler is not."""

import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

data = DataLoader(TensorDataset(torch.randn(24, 1, 6, 6), torch.arange(24) % 4), batch_size=8)


def made():
    net = nn.Sequential(nn.Flatten(), nn.Linear(36, 16), nn.ReLU(), nn.Linear(16, 4))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    return net, optimizer, StepLR(optimizer, 1, 0.1)


def train(net, optimizer, scheduler, epochs):
    for _ in range(epochs):
        for x, y in data:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
        scheduler.step()


before = made()
train(*before, epochs=2)
net, optimizer, scheduler = made()
net.load_state_dict(before[0].state_dict())
optimizer.load_state_dict(before[1].state_dict())
scheduler.load_state_dict(before[2].state_dict())  # healthy
del before


def step(batch):
    x, y = batch
    loss = nn.functional.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
