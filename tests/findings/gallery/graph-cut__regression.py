"""A gate that is rounded to 0 or 1 by a comparison."""

import torch
from torch import nn


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate, self.value = nn.Linear(4, 8), nn.Linear(4, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        gate = (self.gate(x) > 0).float()  # broken
        gate = torch.sigmoid(self.gate(x))  # healthy
        return self.out(gate * self.value(x))


model = Gated()
optimizer = torch.optim.Adam(model.parameters())
x = torch.randn(12, 4)
data = [(x, x.abs().sum(1, keepdim=True))]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.smooth_l1_loss(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
