"""The hidden state goes on to the next batch with its graph."""

import torch
from torch import nn

rnn = nn.GRU(5, 8)
head = nn.Linear(8, 3)
optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], lr=0.1)
memory = {"state": torch.zeros(1, 4, 8)}


def data():
    for _ in range(8):
        yield torch.randn(6, 4, 5), torch.arange(4) % 3


def step(batch):
    optimizer.zero_grad()
    output, state = rnn(batch[0], memory["state"])
    memory["state"] = state  # broken
    memory["state"] = state.detach()  # healthy
    loss = nn.functional.cross_entropy(head(output[-1]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
