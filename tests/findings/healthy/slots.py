"""Slots compete for the inputs: a softmax over them, then each is an average; and attention of both
sides, which is turned before it is read.
"""

import torch
from torch import nn


class Slots(nn.Module):
    def __init__(self):
        super().__init__()
        self.start = nn.Parameter(torch.randn(3, 8))
        self.k, self.v, self.out = nn.Linear(6, 8), nn.Linear(6, 8), nn.Linear(8, 2)

    def forward(self, x):
        k, v = self.k(x), self.v(x)
        q = self.start.expand(len(x), -1, -1) * 1.0
        for _ in range(2):
            scores = q @ k.transpose(1, 2) / 8**0.5
            weights = scores.softmax(dim=1)
            weights = weights / weights.sum(-1, keepdim=True)
            q = q + weights @ v
        back = (q @ k.transpose(1, 2)).softmax(dim=1).transpose(1, 2) @ q
        return self.out(q.mean(1) + back.mean(1))


model = Slots()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
data = [(torch.randn(5, 9, 6), torch.randint(0, 2, (5,))) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
