"""Two losses on one trunk, each with its backward; the first retains the graph."""

import torch
from torch import nn

trunk = nn.Sequential(nn.Linear(6, 16), nn.ReLU())
kind, size = nn.Linear(16, 3), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*trunk.parameters(), *kind.parameters(), *size.parameters()])


def data():
    while True:
        x = torch.randn(16, 6)
        yield x, (torch.randint(3, (16,)), x[:, :1])


def step(batch):
    x, (label, extent) = batch
    optimizer.zero_grad()
    features = trunk(x)
    nn.functional.cross_entropy(kind(features), label).backward(retain_graph=True)
    nn.functional.mse_loss(size(features), extent).backward()
    optimizer.step()
