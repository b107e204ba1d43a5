"""A root with a backward of its own."""

import torch
from torch import nn


class Root(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        root = x.clamp(min=0).sqrt()
        ctx.save_for_backward(root)
        return root

    @staticmethod
    def backward(ctx, gradient):
        (root,) = ctx.saved_tensors
        return gradient * (root > 0) / (2 * root)  # broken
        return gradient / (2 * root.clamp(min=0.01))  # healthy


model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), torch.randn(12, 1)) for _ in range(3)]


def step(batch):
    optimizer.zero_grad()
    loss = (Root.apply(model(batch[0])) - batch[1]).pow(2).mean()
    loss.backward()
    optimizer.step()
    return loss
