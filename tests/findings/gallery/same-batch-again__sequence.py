"""A seed that is set in every step: the dropout has the same mask for ever."""

import torch
from torch import nn

net = nn.Sequential(nn.Embedding(20, 32), nn.Dropout(0.3), nn.Flatten(), nn.Linear(192, 4))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randint(20, (8, 6)), torch.arange(8) % 4) for _ in range(5)]


def step(batch):
    tokens, y = batch
    torch.manual_seed(0)  # broken
    loss = nn.functional.cross_entropy(net(tokens), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
