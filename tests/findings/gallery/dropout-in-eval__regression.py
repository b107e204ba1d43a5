"""A dropout of a part of the model; outputs at random on purpose say so."""

import torch
from torch import nn
from torch.nn import functional as F


class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(6, 6)

    def forward(self, x):
        return F.dropout(torch.tanh(self.inner(x)))  # broken
        return F.dropout(torch.tanh(self.inner(x)), training=True)  # healthy


model = nn.Sequential(Part(), nn.Dropout(0.1), nn.Linear(6, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss = nn.MSELoss()
data = [(torch.randn(16, 6), torch.randn(16, 1)) for _ in range(3)]
