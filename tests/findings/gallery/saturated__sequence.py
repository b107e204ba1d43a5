"""Gates that a bias keeps open all the time."""

import torch
from torch import nn


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(12, 8)
        self.value, self.gate, self.head = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 3)
        nn.init.constant_(self.gate.bias, 20.0)  # broken

    def forward(self, tokens):
        x = self.embed(tokens)
        return self.head((self.value(x) * torch.sigmoid(self.gate(x))).mean(1))


model = Gated
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.arange(48).view(8, 6) % 12, torch.arange(8) % 3)]
