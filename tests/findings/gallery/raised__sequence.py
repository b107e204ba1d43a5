"""A token that the embedding does not have."""

import torch
from torch import nn

tokens = 20  # broken
tokens = 21  # healthy


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(tokens, 8)
        self.rnn = nn.GRU(8, 8, batch_first=True)
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        return self.head(self.rnn(self.embed(x))[0]).flatten(0, 1)


model = Tagger
data = [(torch.arange(42).view(6, 7) % 21, torch.arange(42) % 5)]
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
