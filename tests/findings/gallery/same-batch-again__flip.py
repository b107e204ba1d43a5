"""Half of the batches are to be flipped, and the coin always falls alike."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), torch.randn(12, 1)) for _ in range(6)]


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    torch.manual_seed(1)  # broken
    if torch.rand(1) < 0.5:
        x = x.flip(-1)
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    return loss
