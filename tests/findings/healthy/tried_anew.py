"""Each batch is a task of its own: one step of a new Adam from the same start."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 1))
start = {name: value.clone() for name, value in net.state_dict().items()}
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]


def step(batch):
    inner = torch.optim.Adam(net.parameters(), lr=1e-3)
    loss = nn.functional.mse_loss(net(batch[0]), batch[1])
    inner.zero_grad()
    loss.backward()
    inner.step()
    net.load_state_dict(start)
    return loss
