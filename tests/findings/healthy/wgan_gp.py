"""A Wasserstein GAN with a gradient penalty."""

import torch
from torch import nn

G = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
D = nn.Sequential(nn.Linear(2, 16), nn.Softplus(), nn.Linear(16, 1))
optD = torch.optim.Adam(D.parameters(), lr=1e-4, betas=(0.0, 0.9))
optG = torch.optim.Adam(G.parameters(), lr=1e-4, betas=(0.0, 0.9))


def data():
    while True:
        yield torch.randn(8, 2)


def step(real):
    for _ in range(2):
        fake = G(torch.randn(len(real), 4)).detach()
        alpha = torch.rand(len(real), 1)
        mixed = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
        slope = torch.autograd.grad(D(mixed).sum(), mixed, create_graph=True)[0]
        lossD = D(fake).mean() - D(real).mean() + 10 * ((slope.norm(2, 1) - 1) ** 2).mean()
        optD.zero_grad()
        lossD.backward()
        optD.step()
    lossG = -D(G(torch.randn(len(real), 4))).mean()
    optG.zero_grad()
    lossG.backward()
    optG.step()
    return lossD
