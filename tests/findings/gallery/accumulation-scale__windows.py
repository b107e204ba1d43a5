"""Micro-batches are windows of one long text, which the step cuts out itself."""

import numpy as np
import torch
from torch import nn

LENGTH, MICRO = 12, 4
text = (np.arange(4000) * 7 % 11).astype("int64")
model = nn.Sequential(nn.Embedding(11, 16), nn.Linear(16, 11))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)


def windows():
    starts = torch.randint(len(text) - LENGTH, (8,)).tolist()
    x = torch.stack([torch.from_numpy(text[i : i + LENGTH].copy()) for i in starts])
    y = torch.stack([torch.from_numpy(text[i + 1 : i + 1 + LENGTH].copy()) for i in starts])
    return x.to("cpu"), y.to("cpu")


def data():
    while True:
        yield torch.rand(2)


def step(_):
    optimizer.zero_grad()
    for _ in range(MICRO):
        x, y = windows()
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss = loss / MICRO  # healthy
        loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss
