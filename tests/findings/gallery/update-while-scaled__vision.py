"""A loss that a scaler scaled, and a step of the optimizer itself."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
data = [(torch.randn(6, 1, 8, 8), torch.arange(6) % 3) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    scaler.scale(loss).backward()
    optimizer.step()  # broken
    scaler.step(optimizer)  # healthy
    scaler.update()  # healthy
    return loss
