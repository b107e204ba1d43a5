"""A generator and a discriminator in turn: only the loss of the latter is to pass by the former."""

import torch
from torch import nn

maker = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
judge = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
first = torch.optim.Adam(judge.parameters(), lr=0.01)
second = torch.optim.Adam(maker.parameters(), lr=0.01)
data = [torch.randn(12, 2) for _ in range(4)]


def step(real):
    loss = nn.functional.softplus
    first.zero_grad()
    made = maker(torch.randn(12, 3))
    (loss(-judge(real)).mean() + loss(judge(made.detach())).mean()).backward()
    first.step()
    second.zero_grad()
    fooled = loss(-judge(made.detach())).mean()  # broken
    fooled = loss(-judge(made)).mean()  # healthy
    fooled.backward()
    second.step()
    return fooled
