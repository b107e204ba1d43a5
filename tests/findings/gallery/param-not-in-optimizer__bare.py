"""A temperature beside the model, which the optimizer was not given."""

import torch
from torch import nn

net = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 4))
temperature = torch.ones((), requires_grad=True)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)  # broken
optimizer = torch.optim.Adam([*net.parameters(), temperature], lr=1e-3)  # healthy
data = [(torch.randn(8, 1, 8, 8), torch.arange(8) % 4) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(batch[0]) / temperature, batch[1])
    loss.backward()
    optimizer.step()
    return loss
