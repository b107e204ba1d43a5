"""Clipping between zero_grad and backward: there is no gradient yet."""

import torch
from torch import nn

model = nn.Sequential(nn.Embedding(20, 8), nn.Flatten(), nn.Linear(40, 3))
optimizer = torch.optim.AdamW(model.parameters())
data = [(torch.arange(30).view(6, 5) % 20, torch.arange(6) % 3)]


def step(batch):
    optimizer.zero_grad()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)  # broken
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)  # healthy
    optimizer.step()
    return loss
