"""A running loss in an object that no name of the file leads to."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(16, 4), torch.randn(16, 1)) for _ in range(6)]


class Meter:
    def __init__(self):
        self.total = 0.0

    def note(self, value):
        self.total = self.total + value  # broken
        self.total = self.total + value.detach()  # healthy


def meters():
    meter = Meter()

    def note(value):
        meter.note(value)

    return {"loss": note}


notes = meters()


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    notes["loss"](loss)
    return loss
