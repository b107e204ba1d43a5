"""A sentence's score, with the squared error written out."""

import torch
from torch import nn


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.rnn = nn.GRU(8, 8, batch_first=True)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        return self.head(self.rnn(self.embed(x))[0][:, -1])


model = Scorer()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = [(torch.arange(42).view(6, 7) % 20, torch.linspace(0, 1, 6))]


def step(batch):
    x, score = batch
    optimizer.zero_grad()
    error = model(x) - score  # broken
    error = model(x).squeeze(-1) - score  # healthy
    loss = (error**2).mean()
    loss.backward()
    optimizer.step()
    return loss
