"""An update by hand that makes new tensors, and leaves the parameters as they were."""

import torch
from torch import nn
from torch.nn import functional as F

model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
data = [(torch.randn(8, 6), torch.randn(8, 1)) for _ in range(4)]


def update(p):
    p = p - 0.01 * p.grad  # broken
    p -= 0.01 * p.grad  # healthy
    return p


def step(batch):
    loss = F.mse_loss(model(batch[0]), batch[1])
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            update(parameter)
    return loss
