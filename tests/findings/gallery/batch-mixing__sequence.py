"""Time and samples are exchanged by a view instead of a transpose."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        time_first = x.view(x.shape[1], x.shape[0], 4)  # broken
        time_first = x.transpose(0, 1)  # healthy
        return self.head(self.rnn(time_first)[0][-1])


model = Net
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(6, 9, 4), torch.arange(6) % 3)]
