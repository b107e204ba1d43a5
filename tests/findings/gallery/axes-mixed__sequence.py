"""Heads of an attention split off by a reshape, and places for channels of a convolution."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(12, 36)
        self.conv = nn.Conv1d(12, 12, 3, padding=1)
        self.head = nn.Linear(12, 2)

    def heads(self, x):
        n, places, _ = x.shape
        return x.reshape(n, 3, places, 4)  # broken
        return x.view(n, places, 3, 4).transpose(1, 2)  # healthy

    def forward(self, x):
        q, k, v = (self.heads(part) for part in self.qkv(x).chunk(3, -1))
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        mixed = mixed.transpose(1, 2).reshape(x.shape)
        mixed = mixed.reshape(len(x), 12, -1)  # broken
        mixed = mixed.transpose(1, 2)  # healthy
        return self.head(self.conv(mixed).relu().mean(2))


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(5, 7, 12), torch.arange(5) % 2) for _ in range(4)]


def step(batch):
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
