"""Four micro-batches add up, undivided."""

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        return self.head(self.embed(x)).transpose(1, 2)


model = Tagger()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = [(torch.arange(48).view(8, 6) % 20, torch.arange(48).view(8, 6) % 4)]


def step(batch):
    optimizer.zero_grad()
    for n in range(4):
        part = slice(2 * n, 2 * n + 2)
        loss = nn.functional.cross_entropy(model(batch[0][part]), batch[1][part])
        loss.backward()  # broken
        (loss / 4).backward()  # healthy
    optimizer.step()
    return loss
