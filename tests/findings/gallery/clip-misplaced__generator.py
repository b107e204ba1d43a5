"""Parameters to clip that were asked for once: from the second step on there are none."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
parameters = net.parameters()  # broken
parameters = list(net.parameters())  # healthy
data = [(torch.randn(12, 6), torch.arange(12) % 4) for _ in range(4)]


def step(batch):
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 0.1)
    optimizer.step()
    return loss
