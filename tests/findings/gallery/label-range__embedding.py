"""A token that the vocabulary does not have."""

import torch
from torch import nn

model = nn.Sequential(nn.Embedding(20, 8), nn.Flatten(), nn.Linear(40, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
tokens = torch.arange(30).view(6, 5) % 21  # broken
tokens = torch.arange(30).view(6, 5) % 20  # healthy
data = [(tokens, torch.arange(6) % 3)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
