"""One perturbation of all inputs, trained by an optimizer that maximises the loss of a model."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))


class Perturbed(nn.Module):
    def __init__(self):
        super().__init__()
        self.delta = nn.Parameter(torch.zeros(6))

    def forward(self, x):
        return net(x + self.delta)


model = Perturbed()
net.requires_grad_(False)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, maximize=True)
data = [(torch.randn(16, 6), torch.arange(16) % 3) for _ in range(4)]


def step(batch):
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
