"""A critic whose weights are cut to a range before each of its turns, as in the first WGAN."""

import torch
from torch import nn

G = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
D = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
of_g = torch.optim.RMSprop(G.parameters(), lr=5e-4)
of_d = torch.optim.RMSprop(D.parameters(), lr=5e-4)
data = list(torch.randn(5, 16, 2) + 2)


def step(batch):
    with torch.no_grad():
        for parameter in D.parameters():
            parameter.clamp_(-0.05, 0.05)
    fake = G(torch.randn(16, 4))
    of_d.zero_grad()
    (D(fake.detach()).mean() - D(batch).mean()).backward()
    of_d.step()
    of_g.zero_grad()
    loss = -D(fake).mean()
    loss.backward()
    of_g.step()
    return loss
