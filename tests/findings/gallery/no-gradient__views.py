"""Two views of each sample are compared, and the second is made of what the first was."""

import torch
from torch import nn

encoder = nn.Sequential(nn.Conv1d(2, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(60, 4))
optimizer = torch.optim.SGD(encoder.parameters(), lr=0.05)
data = [torch.randn(9, 2, 12) for _ in range(4)]


def step(x):
    other = x  # broken
    other = x + 0.1 * torch.randn_like(x)  # healthy
    loss = (encoder(x) - encoder(other)).square().sum(1).mean() + 0.1
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
