"""A generator that is made anew from one seed in every step."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), torch.randn(12, 1)) for _ in range(6)]
draws = torch.Generator().manual_seed(3)


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    mine = torch.Generator().manual_seed(3)  # broken
    mine = draws  # healthy
    x = x + 0.1 * torch.randn(x.shape, generator=mine)
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    return loss
