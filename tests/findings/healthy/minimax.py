"""A generator that makes its discriminator's loss larger, as the first paper on GANs has it."""

import torch
from torch import nn

G = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 6))
D = nn.Sequential(nn.Linear(6, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1)).requires_grad_(False)
optimizer = torch.optim.Adam(G.parameters(), lr=2e-4)
data = [torch.randn(8, 4) for _ in range(4)]


def step(noise):
    loss = -nn.functional.binary_cross_entropy_with_logits(D(G(noise)), torch.zeros(8, 1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
