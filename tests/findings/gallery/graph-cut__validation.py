"""The loss of a validation, made to require a gradient: nothing is learnt."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(12, 6), torch.arange(12) % 4) for _ in range(4)]
trains = False  # broken
trains = True  # healthy


def evaluated(x, y):
    with torch.set_grad_enabled(trains):
        return nn.functional.cross_entropy(net(x), y)


def step(batch):
    loss = evaluated(*batch)
    loss.requires_grad_()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
