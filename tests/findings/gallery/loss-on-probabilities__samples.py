"""A softmax over the samples instead of the classes; a sigmoid that a temperature spreads again."""

import torch
from torch import nn
from torch.nn import functional as F

queries, keys = nn.Linear(6, 8), nn.Linear(6, 8)
optimizer = torch.optim.SGD([*queries.parameters(), *keys.parameters()], lr=0.1)
data = [torch.randn(12, 6) for _ in range(3)]


def step(x):
    near = queries(x) @ keys(x + 0.1 * torch.randn_like(x)).T
    logits = near.softmax(0)  # broken
    logits = torch.sigmoid(near) / 0.07  # healthy
    loss = F.cross_entropy(logits, torch.arange(12))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
