"""Next tokens by log-softmax and nll_loss, of scores that are clamped from below."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 12)
        self.rnn = nn.GRU(12, 16, batch_first=True)
        self.head = nn.Linear(16, 11)

    def forward(self, tokens):
        scores = self.head(self.rnn(self.embedding(tokens))[0])
        scores = scores.clamp(min=0)  # broken
        return scores.flatten(0, 1).log_softmax(-1)


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [torch.randint(0, 11, (4, 8)) for _ in range(4)]


def step(tokens):
    loss = nn.functional.nll_loss(net(tokens[:, :-1]), tokens[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
