"""A running variance over the batch, where there is a batch of one at the end of an epoch."""

import torch
from torch import nn


class Whiten(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 3), nn.Linear(4, 3)
        self.register_buffer("spread", torch.ones(4))

    def forward(self, x):
        h = self.conv(x).mean((2, 3))
        if self.training:
            spread = h.detach().var(0)  # broken
            spread = h.detach().var(0, unbiased=False)  # healthy
            self.spread.mul_(0.9).add_(0.1 * spread)
        return self.head(h)


model = Whiten
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.05)  # noqa: E731
pictures, labels = torch.randn(5, 1, 8, 8), torch.arange(5) % 3
data = [(pictures[:4], labels[:4]), (pictures[4:], labels[4:])]
