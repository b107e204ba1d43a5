"""A teacher that follows by a moving average, with a stopped gradient (BYOL)."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

online = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 8))
predictor = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))
target = copy.deepcopy(online).requires_grad_(False)
optimizer = torch.optim.SGD([*online.parameters(), *predictor.parameters()], lr=0.05)


def data():
    while True:
        yield torch.randn(16, 8)


def step(x):
    one, two = x + 0.1 * torch.randn_like(x), x + 0.1 * torch.randn_like(x)
    with torch.no_grad():
        wanted = target(two)
    loss = 2 - 2 * F.cosine_similarity(predictor(online(one)), wanted.detach()).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(target.parameters(), online.parameters(), strict=True):
            slow.mul_(0.99).add_(fast, alpha=0.01)
    return loss
