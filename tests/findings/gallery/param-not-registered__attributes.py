"""A norm written by hand: its scale and its shift are tensors and no parameters."""

import torch
from torch import nn


class Norm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.scale = torch.ones(size, requires_grad=True)  # broken
        self.shift = torch.zeros(size, requires_grad=True)  # broken
        self.scale = nn.Parameter(torch.ones(size))  # healthy
        self.shift = nn.Parameter(torch.zeros(size))  # healthy

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        return centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt() * self.scale + (
            self.shift
        )


net = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), Norm(16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(8, 1, 8, 8), torch.arange(8) % 4) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
