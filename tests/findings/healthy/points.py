"""Points that require a gradient for a derivative, of a network and of a function of tensors."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(1, 12), nn.Tanh(), nn.Linear(12, 1))
first, second = nn.Parameter(torch.randn(1, 12)), nn.Parameter(torch.randn(12, 1) / 4)
points = torch.linspace(0, 1, 20).view(-1, 1).requires_grad_()
others = torch.linspace(0, 1, 20).view(-1, 1).requires_grad_()
optimizer = torch.optim.Adam([*net.parameters(), first, second], lr=1e-3)
data = [torch.zeros(1)] * 4


def slope(values, at):
    return torch.autograd.grad(values.sum(), at, create_graph=True)[0]


def step(batch):
    optimizer.zero_grad()
    u, w = net(points), (others @ first).tanh() @ second
    loss = (slope(u, points) - u).square().mean() + (slope(w, others) + w).square().mean()
    loss = loss + (u[0] - 1).square().mean()
    loss.backward()
    optimizer.step()
    return loss
