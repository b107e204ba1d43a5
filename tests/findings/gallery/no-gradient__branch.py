"""A branch beside the identity: both of its layers begin as zeros, where only the last one may."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.wide, self.back = nn.Linear(size, 3 * size), nn.Linear(3 * size, size)
        nn.init.zeros_(self.wide.weight)  # broken
        nn.init.zeros_(self.wide.bias)  # broken
        nn.init.zeros_(self.back.weight)
        nn.init.zeros_(self.back.bias)

    def forward(self, x):
        return x + self.back(nn.functional.gelu(self.wide(x)))


net = nn.Sequential(nn.Embedding(11, 12), Block(12), nn.Linear(12, 11))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [torch.randint(0, 11, (6, 9)) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    logits = net(batch[:, :-1]).transpose(1, 2)
    loss = nn.functional.cross_entropy(logits, batch[:, 1:])
    loss.backward()
    optimizer.step()
    return loss
