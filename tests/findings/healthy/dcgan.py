"""A GAN as it is often written: two backwards add up for the critic, undivided."""

import torch
from torch import nn

G = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 6), nn.Tanh())
D = nn.Sequential(nn.Linear(6, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1), nn.Sigmoid())
optD = torch.optim.Adam(D.parameters(), lr=2e-4)
optG = torch.optim.Adam(G.parameters(), lr=2e-4)
criterion = nn.BCELoss()


def data():
    while True:
        yield torch.randn(8, 6).tanh()


def step(real):
    D.zero_grad()
    label = torch.full((len(real),), 1.0)
    errD_real = criterion(D(real).view(-1), label)
    errD_real.backward()
    fake = G(torch.randn(len(real), 4))
    label.fill_(0.0)
    errD_fake = criterion(D(fake.detach()).view(-1), label)
    errD_fake.backward()
    optD.step()
    G.zero_grad()
    label.fill_(1.0)
    errG = criterion(D(fake).view(-1), label)
    errG.backward()
    optG.step()
    return errD_real + errD_fake
