"""A layer that initialises itself in its forward."""

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 16)
        self.tag = nn.Linear(16, 5)
        nn.init.xavier_uniform_(self.tag.weight)  # healthy

    def forward(self, words):
        nn.init.xavier_uniform_(self.tag.weight)  # broken
        return self.tag(self.embed(words))


model = Tagger()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
data = [(torch.randint(0, 30, (4, 7)), torch.randint(0, 5, (4, 7))) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]).flatten(0, 1), batch[1].flatten())
    loss.backward()
    optimizer.step()
    return loss
