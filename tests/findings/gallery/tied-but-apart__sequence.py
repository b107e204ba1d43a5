"""The head begins as a copy of the embedding."""

import torch
from torch import nn


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 12)
        nn.init.normal_(self.embed.weight, std=0.1)
        self.mix = nn.Linear(12, 12)
        self.head = nn.Linear(12, 20, bias=False)
        self.head.weight.data.copy_(self.embed.weight)  # broken
        self.head.weight = self.embed.weight  # healthy

    def forward(self, x):
        return self.head(torch.relu(self.mix(self.embed(x)))).transpose(1, 2)


model = Language
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
tokens = torch.arange(48).view(4, 12) % 20
data = [(tokens, (tokens + 1) % 20)]
