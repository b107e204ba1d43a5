"""Clipping before backward."""

import torch
from torch import nn

rnn = nn.LSTM(5, 8, batch_first=True)
head = nn.Linear(8, 3)
model = nn.ModuleDict({"rnn": rnn, "head": head})
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
data = [(torch.randn(4, 6, 5), torch.arange(4) % 3)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(head(rnn(batch[0])[0][:, -1]), batch[1])
    nn.utils.clip_grad_norm_(model.parameters(), 0.1)  # broken
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.1)  # healthy
    optimizer.step()
    return loss
