"""Heads in a dictionary, one for each task."""

import torch
from torch import nn


class Tasks(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        heads = {"tag": nn.Linear(8, 3)}
        self.heads = heads  # broken
        self.heads = nn.ModuleDict(heads)  # healthy

    def forward(self, x):
        return self.heads["tag"](self.rnn(x)[0]).transpose(1, 2)


model = Tasks
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(4, 6, 5), torch.arange(24).view(4, 6) % 3)]
