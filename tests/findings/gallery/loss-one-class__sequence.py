"""A mask for each position from one output; with two outputs it is a choice of classes."""

import torch
from torch import nn
from torch.nn import functional as F


class Tagger(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.embed = nn.Embedding(12, 8)
        self.rnn = nn.GRU(8, 16, batch_first=True)
        self.head = nn.Linear(16, outputs)

    def forward(self, x):
        return self.head(self.rnn(self.embed(x))[0]).transpose(1, 2)


model = Tagger(1)  # broken
model = Tagger(2)  # healthy
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
tokens = torch.randint(12, (4, 7))
data = [(tokens, tokens % 2), (tokens.flip(0), tokens.flip(0) % 2)]


def loss(output, target):
    if output.shape[1] == 1:
        target = target[:, None].float()
    return F.cross_entropy(output, target)
