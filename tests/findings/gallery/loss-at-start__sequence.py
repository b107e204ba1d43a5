"""An embedding of deviation 1 that is the head too."""

import torch
from torch import nn


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 64)
        nn.init.normal_(self.embed.weight, std=0.02)  # healthy
        self.norm = nn.LayerNorm(64)

    def forward(self, x):
        return (self.norm(self.embed(x)) @ self.embed.weight.t()).transpose(1, 2)


model = Language
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
tokens = torch.arange(60).view(6, 10) % 30
data = [(tokens, (tokens * 7 + 3) % 30)]
