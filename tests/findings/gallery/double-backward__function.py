"""Two losses of one trunk, each with a backward of its own, by the function and not the method."""

import torch
from torch import nn

trunk, first, second = nn.Sequential(nn.Linear(4, 8), nn.Tanh()), nn.Linear(8, 1), nn.Linear(8, 1)
model = nn.ModuleDict({"trunk": trunk, "first": first, "second": second})
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [torch.randn(16, 4) for _ in range(3)]


def step(x):
    optimizer.zero_grad()
    hidden = trunk(x)
    a, b = first(hidden).pow(2).mean(), (second(hidden) - 1).pow(2).mean()
    a.backward()  # broken
    a.backward(retain_graph=True)  # healthy
    torch.autograd.backward(b)
    optimizer.step()
    return a
