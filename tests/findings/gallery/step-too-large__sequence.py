"""A recurrent tagger whose step overshoots, with dropout."""

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 16)
        self.rnn = nn.GRU(16, 16, batch_first=True)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(16, 5)

    def forward(self, tokens):
        return self.head(self.drop(self.rnn(self.embed(tokens))[0])).flatten(0, 1)


model = Tagger
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.Adam(parameters, lr=0.7)  # noqa: E731  # broken
optimizer = lambda parameters: torch.optim.Adam(parameters, lr=3e-3)  # noqa: E731  # healthy
data = [(torch.arange(48).view(6, 8) % 20, torch.arange(48) % 5)]
