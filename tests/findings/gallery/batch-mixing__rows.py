"""A recurrent layer that takes the samples for time: batch_first was forgotten."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 16)  # broken
        self.rnn = nn.LSTM(5, 16, batch_first=True)  # healthy
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(8, 11, 5), torch.arange(8) % 2) for _ in range(4)]


def step(batch):
    x, y = batch
    loss = nn.functional.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
