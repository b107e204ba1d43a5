"""A mask that is all zeros: the model never sees its input."""

import torch
from torch import nn


class Masked(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(6, 16), nn.Linear(16, 3)
        self.register_buffer("mask", torch.ones(6))
        self.mask.zero_()  # broken

    def forward(self, x):
        return self.last(torch.tanh(self.first(x * self.mask)))


net = Masked()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
data = [(torch.randn(12, 6), torch.arange(12) % 3) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
