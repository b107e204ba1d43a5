"""A differential equation as the loss: the graph of the second derivative is freed at once."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
data = [torch.rand(16, 1) for _ in range(3)]


def step(batch):
    t = batch.clone().requires_grad_() * 6  # a node before the first call of the model
    u = model(t)
    (slope,) = torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)
    (bend,) = torch.autograd.grad(slope, t, torch.ones_like(u))  # broken
    (bend,) = torch.autograd.grad(slope, t, torch.ones_like(u), create_graph=True)  # healthy
    loss = (bend + 4 * u).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
