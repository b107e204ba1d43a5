"""A critic that is loaded again for each batch: the generator has an optimizer of its own."""

import copy

import torch
from torch import nn

G = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
D = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
of_g = torch.optim.Adam(G.parameters(), lr=1e-3)
of_d = torch.optim.Adam(D.parameters(), lr=1e-3)
start = copy.deepcopy(D.state_dict())
data = list(torch.randn(5, 16, 2) + 2)
loss_of = nn.functional.binary_cross_entropy_with_logits


def step(batch):
    D.load_state_dict(start)  # broken
    fake = G(torch.randn(16, 4))
    of_d.zero_grad()
    right, wrong = D(batch), D(fake.detach())
    (loss_of(right, torch.ones(16, 1)) + loss_of(wrong, torch.zeros(16, 1))).backward()
    of_d.step()
    of_g.zero_grad()
    loss = loss_of(D(fake), torch.ones(16, 1))
    loss.backward()
    of_g.step()
    return loss
