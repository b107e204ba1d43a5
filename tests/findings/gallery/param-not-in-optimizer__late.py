"""A layer is made by the first forward, when its width is known, and the optimizer is older."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = None  # broken
        self.inner = nn.Linear(12, 8)  # healthy
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        if self.inner is None:
            self.inner = nn.Linear(x.shape[-1], 8)
        return self.out(torch.tanh(self.inner(x)))


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(15, 12), torch.arange(15) % 3) for _ in range(4)]


def step(batch):
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
