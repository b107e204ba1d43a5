"""unscale_ comes, but after the clipping."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters())
scaler = torch.amp.GradScaler("cpu", init_scale=64.0)
x = torch.randn(16, 4)
data = [(x, x.sum(1, keepdim=True))]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)  # healthy
    nn.utils.clip_grad_value_(model.parameters(), 0.5)
    scaler.unscale_(optimizer)  # broken
    scaler.step(optimizer)
    scaler.update()
    return loss
