"""A hook that divides a gradient by its smallest number."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), torch.randn(12, 1)) for _ in range(3)]


def shorten(gradient):
    return gradient / (gradient * 0).norm()  # broken
    return gradient / (gradient.norm() + 1e-6)  # healthy


def step(batch):
    optimizer.zero_grad()
    hidden = model[:2](batch[0])
    hidden.register_hook(shorten)
    loss = (model[2](hidden) - batch[1]).pow(2).mean()
    loss.backward()
    optimizer.step()
    return loss
