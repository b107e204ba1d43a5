"""Parts of a batch add up under a scaler, and none of them is divided by their number."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
data = [(torch.randn(24, 6), torch.arange(24) % 4) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    for x, y in zip(batch[0].chunk(3), batch[1].chunk(3), strict=True):
        loss = nn.functional.cross_entropy(net(x), y)
        scaler.scale(loss).backward()  # broken
        scaler.scale(loss / 3).backward()  # healthy
    scaler.step(optimizer)
    scaler.update()
    return loss
