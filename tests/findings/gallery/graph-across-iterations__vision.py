"""A fixed kernel is normalised once, at import, with its graph."""

import torch
from torch import nn

raw = nn.Parameter(torch.rand(4, 1, 3, 3))
head = nn.Linear(4, 3)
optimizer = torch.optim.SGD([raw, *head.parameters()], lr=0.1)
model = nn.ParameterDict({"raw": raw})
kernel = raw / raw.sum((2, 3), keepdim=True)  # broken
data = [(torch.randn(6, 1, 8, 8), torch.arange(6) % 3)]


def step(batch):
    optimizer.zero_grad()
    kernel = raw / raw.sum((2, 3), keepdim=True)  # healthy
    features = nn.functional.conv2d(batch[0], kernel).relu().mean((2, 3))
    loss = nn.functional.cross_entropy(head(features), batch[1])
    loss.backward()
    optimizer.step()
    return loss
