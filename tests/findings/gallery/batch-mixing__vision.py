"""Attention over the samples, as the softmax is taken along the wrong axis."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        places = self.conv(x).flatten(2)
        weights = places.softmax(0)  # broken
        weights = places.softmax(2)  # healthy
        return self.head((places * weights).sum(2))


model = Net
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
pictures = TensorDataset(torch.randn(18, 1, 8, 8), torch.arange(18) % 3)
data = DataLoader(pictures, batch_size=6, shuffle=True)
