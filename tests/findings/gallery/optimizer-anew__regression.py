"""A function that trains on one batch makes its own optimizer, with momentum."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 1))
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]
made = []


def optimizer_of(model):
    made.clear()  # broken
    if not made:
        made.append(torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9))
    return made[-1]


def step(batch):
    optimizer = optimizer_of(net)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
