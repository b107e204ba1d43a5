"""Indices of every kind, some from the end, all within what they index."""

import torch
from torch import nn
from torch.nn import functional as F

model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), torch.arange(12) % 4)]


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    logs, rows = F.log_softmax(model(x), 1), torch.arange(12)
    target = F.one_hot(y).float() + torch.zeros(12, 4).scatter_(1, y.unsqueeze(1), 1.0)
    some = logs[rows, y].mean() + logs[rows, y - 4].mean() + logs[..., y].mean()
    more = logs.T[y].mean() + logs[y > 1].mean() + logs[:, None, [0, 3]].mean()
    taken = logs.take_along_dim(y[:, None], 1).mean() + logs.index_select(1, y[:4]).mean()
    loss = -(some + more + taken + (logs * target).mean())
    loss.backward()
    optimizer.step()
    return loss
