"""The branch that where did not take."""

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 6)
        self.rnn = nn.GRU(6, 8, batch_first=True)
        self.head = nn.Linear(8, 1)

    def forward(self, tokens):
        score = self.head(self.rnn(self.embed(tokens))[0]).squeeze(-1)
        return torch.where(score > 0, torch.sqrt(score), 0.0)  # broken
        safe = torch.where(score > 0, score, 1.0)  # healthy
        return torch.where(score > 0, torch.sqrt(safe), 0.0)  # healthy


model = Tagger
loss = nn.MSELoss()
optimizer = torch.optim.Adam
data = [(torch.arange(40).view(5, 8) % 10, torch.rand(5, 8))]
