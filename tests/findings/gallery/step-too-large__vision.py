"""A learning rate of Adam that is meant for SGD."""

import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(1, 8, 3, 2),
    nn.ReLU(),
    nn.Conv2d(8, 16, 3, 2),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(64, 3),
)
optimizer = torch.optim.Adam(net.parameters(), lr=0.5)  # broken
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)  # healthy
data = [(torch.randn(16, 1, 12, 12), torch.arange(16) % 3)]


def step(batch):
    pictures, labels = batch
    loss = nn.functional.cross_entropy(net(pictures), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
