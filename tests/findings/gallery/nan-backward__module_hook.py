"""A module's hook that takes the root of a gradient."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), torch.randn(12, 1)) for _ in range(3)]


def shrink(module, given, received):
    return tuple(None if g is None else g.sqrt() for g in given)  # broken
    return tuple(None if g is None else g.abs().sqrt() * g.sign() for g in given)  # healthy


model[2].register_full_backward_hook(shrink)


def step(batch):
    optimizer.zero_grad()
    loss = (model(batch[0]) - batch[1]).pow(2).mean()
    loss.backward()
    optimizer.step()
    return loss
