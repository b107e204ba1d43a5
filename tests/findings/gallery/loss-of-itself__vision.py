"""An autoencoder whose input has the name of its output."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 2, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [torch.randn(8, 1, 8, 8) for _ in range(4)]


def step(pictures):
    made = net(pictures)
    pictures = made.clone().data  # broken
    loss = nn.functional.l1_loss(made, pictures)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
