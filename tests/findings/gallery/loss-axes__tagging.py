"""A recurrent layer with time first, and labels with samples first, both flattened."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 12)
        self.head = nn.Linear(12, 3)

    def forward(self, sequences):
        return self.head(self.rnn(sequences.transpose(0, 1))[0])


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(4, 7, 5), torch.randint(0, 3, (4, 7))) for _ in range(4)]


def step(batch):
    sequences, labels = batch
    labels = labels.t()  # healthy
    loss = nn.functional.cross_entropy(net(sequences).reshape(-1, 3), labels.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
