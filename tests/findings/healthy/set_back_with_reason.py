"""Each batch is a task of its own: the weights begin anew, and so does the one optimizer."""

import copy

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
start, beginning = copy.deepcopy(net.state_dict()), copy.deepcopy(optimizer.state_dict())
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]


def step(batch):
    net.load_state_dict(start)
    optimizer.load_state_dict(beginning)
    loss = nn.functional.mse_loss(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return net(batch[0]).mean().detach()
