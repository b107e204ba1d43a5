"""A sigmoid before the binary loss that takes logits."""

import torch
from torch import nn
from torch.nn import functional as F


class Risk(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(5, 8), nn.Linear(8, 1)

    def forward(self, x):
        return torch.sigmoid(self.last(torch.relu(self.first(x)))).squeeze(1)


model = Risk
x = torch.randn(16, 5)
data = [(x, (x.sum(1) > 0).float())]
optimizer = torch.optim.Adam
loss = F.binary_cross_entropy_with_logits  # broken
loss = F.binary_cross_entropy  # healthy
