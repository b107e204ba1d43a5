"""A picture that is optimized itself, against features of a frozen net."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 6, 3)).requires_grad_(False).eval()
picture = torch.rand(1, 3, 12, 12, requires_grad=True)
optimizer = torch.optim.Adam([picture], lr=0.01)


def data():
    while True:
        yield torch.rand(1, 3, 12, 12)


def step(wanted):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(picture), net(wanted))
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        picture.clamp_(0, 1)
    return loss
