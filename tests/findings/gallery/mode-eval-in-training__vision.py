"""A validation in mid-epoch leaves the model in eval mode."""

import torch
from torch import nn

model = nn.Sequential(
    nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3)
)
optimizer = torch.optim.Adam(model.parameters())
data = [(torch.randn(6, 1, 8, 8), torch.arange(6) % 3)]


def validate(x):
    model.eval()
    with torch.no_grad():
        return model(x).argmax(1)


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    validate(batch[0])
    model.train()  # healthy
    return loss
