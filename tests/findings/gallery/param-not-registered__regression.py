"""A learnt scale that is a tensor and no parameter."""

import torch
from torch import nn


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 1)
        self.scale = torch.ones(1, requires_grad=True)  # broken
        self.scale = nn.Parameter(torch.ones(1))  # healthy

    def forward(self, x):
        return self.layer(x) * self.scale


model = Scaled()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(8, 4)
data = [(x, x[:, :1] * 3)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
