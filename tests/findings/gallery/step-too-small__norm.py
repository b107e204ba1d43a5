"""The limit of the norm has the wrong unit, over a recurrent net."""

import torch
from torch import nn

net = nn.ModuleList([nn.Embedding(11, 8), nn.GRU(8, 12, batch_first=True), nn.Linear(12, 11)])
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
data = [torch.randint(0, 11, (6, 9)) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    hidden, _ = net[1](net[0](batch[:, :-1]))
    loss = nn.functional.cross_entropy(net[2](hidden).transpose(1, 2), batch[:, 1:])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1e-10)  # broken
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)  # healthy
    optimizer.step()
    return loss
