"""A sigmoid for each class before cross-entropy: its rows do not sum to 1."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 3, 2, 1), nn.Linear(64, 10)
        nn.init.constant_(self.head.bias, 0.5)
        nn.init.normal_(self.head.weight, std=0.005)

    def forward(self, x):
        x = self.head(torch.relu(self.conv(x)).flatten(1))
        return torch.sigmoid(x)  # broken
        return x  # healthy


model = Net
optimizer = torch.optim.Adam
data = [(torch.randn(10, 1, 8, 8), torch.arange(10))]


def loss(output, target):
    return F.cross_entropy(output, target, label_smoothing=0.1)
