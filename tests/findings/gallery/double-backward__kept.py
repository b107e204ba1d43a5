"""The graph is kept so that a second backward over it is no error: the gradients are doubled."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(9, 6), torch.arange(9) % 3) for _ in range(3)]


def gradient_norm(loss):
    loss.backward(retain_graph=True)  # broken
    gradients = [p.grad for p in model.parameters()]  # broken
    gradients = torch.autograd.grad(loss, [*model.parameters()], retain_graph=True)  # healthy
    return sum(float(g.norm()) for g in gradients)


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    gradient_norm(loss)
    loss.backward()
    optimizer.step()
    return loss
