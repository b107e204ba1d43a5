"""Two optimizers, both of the discriminator."""

import torch
from torch import nn

G = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 6))
D = nn.Sequential(nn.Linear(6, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
judges = torch.optim.Adam(D.parameters(), lr=2e-4)
makes = torch.optim.Adam(D.parameters(), lr=2e-4)  # broken
makes = torch.optim.Adam(G.parameters(), lr=2e-4)  # healthy
data = [(torch.randn(8, 6), torch.randn(8, 4), torch.ones(8, 1)) for _ in range(4)]
judged = nn.functional.binary_cross_entropy_with_logits


def step(batch):
    real, noise, ones = batch
    fake = G(noise)
    judges.zero_grad()
    first = (judged(D(real), ones) + judged(D(fake.detach()), 1 - ones)) / 2
    first.backward()
    judges.step()
    makes.zero_grad()
    second = judged(D(fake), ones)
    second.backward()
    makes.step()
    return second
