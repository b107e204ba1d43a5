"""Accumulation over micro-batches under a scaler, divided, unscaled and clipped."""

import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1)
scaler = torch.amp.GradScaler("cpu", init_scale=256.0)
data = [(torch.randn(12, 1, 8, 8), torch.arange(12) % 4)]


def step(batch):
    optimizer.zero_grad()
    total = 0.0
    for x, y in zip(batch[0].chunk(3), batch[1].chunk(3), strict=True):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(model(x), y) / 3
        scaler.scale(loss).backward()
        total += loss.item()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    scheduler.step()
    return total
