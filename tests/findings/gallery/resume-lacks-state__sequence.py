"""A checkpoint from which the scheduler is loaded and Adam's moments are not."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

data = [(torch.randint(20, (8, 6)), torch.arange(8) % 4) for _ in range(5)]


def made():
    net = nn.Sequential(nn.Embedding(20, 16), nn.Flatten(), nn.Linear(96, 4))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    return net, optimizer, LambdaLR(optimizer, lambda n: min(1.0, (n + 1) / 10))


def step(batch):
    x, y = batch
    loss = nn.functional.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    return loss


net, optimizer, scheduler = first = made()
for batch in data:
    step(batch)
saved = [part.state_dict() for part in first]
net, optimizer, scheduler = made()
net.load_state_dict(saved[0])
optimizer.load_state_dict(saved[1])  # healthy
scheduler.load_state_dict(saved[2])
del first, saved
