"""An autoencoder that ends with a sigmoid, and pictures that were normalised."""

import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(1, 6, 3, 2, 1),
    nn.ReLU(),
    nn.ConvTranspose2d(6, 1, 2, 2),
    nn.Sigmoid(),  # broken
)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.rand(8, 1, 8, 8) - 0.5) / 0.25 for _ in range(4)]


def step(pictures):
    loss = nn.functional.mse_loss(net(pictures), pictures)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
