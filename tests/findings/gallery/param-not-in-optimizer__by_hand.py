"""Scales of two tasks beside the model: meant to be trained by hand."""

import torch
from torch import nn

net = nn.Linear(6, 2)
scales = {"a": torch.zeros(1, requires_grad=True), "b": torch.zeros(1, requires_grad=True)}
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
data = [(torch.randn(16, 6), torch.randn(16, 2)) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    errors = (net(batch[0]) - batch[1]).square().mean(0)
    loss = sum(e * (-s).exp() + s for e, s in zip(errors, scales.values(), strict=True))
    loss = loss.sum()
    loss.backward()
    optimizer.step()
    with torch.no_grad():  # healthy
        for scale in scales.values():  # healthy
            scale.sub_(0.01 * scale.grad)  # healthy
            scale.grad = None  # healthy
    return loss
