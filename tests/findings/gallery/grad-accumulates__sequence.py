"""The embedding's own optimizer is never cleared."""

import torch
from torch import nn

embed = nn.Embedding(20, 8)
rnn = nn.GRU(8, 8, batch_first=True)
head = nn.Linear(8, 4)
slow = torch.optim.SGD(embed.parameters(), lr=0.01)
fast = torch.optim.Adam([*rnn.parameters(), *head.parameters()])
data = [(torch.arange(24).view(4, 6) % 20, torch.arange(24).view(4, 6) % 4)]


def step(batch):
    fast.zero_grad()
    slow.zero_grad()  # healthy
    output = head(rnn(embed(batch[0]))[0])
    loss = nn.functional.cross_entropy(output.transpose(1, 2), batch[1])
    loss.backward()
    fast.step()
    slow.step()
    return loss
