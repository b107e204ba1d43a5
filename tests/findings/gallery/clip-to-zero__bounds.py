"""Clipping by hand, over a recurrent net: its bounds are the wrong way round."""

import torch
from torch import nn

net = nn.ModuleList([nn.Embedding(11, 8), nn.GRU(8, 12, batch_first=True), nn.Linear(12, 11)])
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [torch.randint(0, 11, (6, 9)) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    hidden, _ = net[1](net[0](batch[:, :-1]))
    logits = net[2](hidden).transpose(1, 2)
    loss = nn.functional.cross_entropy(logits, batch[:, 1:])
    loss.backward()
    for parameter in net.parameters():
        parameter.grad.clamp_(1.0, -1.0)  # broken
        parameter.grad.clamp_(-1.0, 1.0)  # healthy
    optimizer.step()
    return loss
