"""A forecast whose model goes back to physical units first, which is the way back."""

import torch
from torch import nn

MEAN, SPREAD = torch.tensor([15.0, 60.0, 3.0]), torch.tensor([8.0, 20.0, 2.0])


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(3)
        self.head = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, x):
        physical = x * SPREAD + MEAN
        return self.head(self.norm(physical))


model = Forecast()
loss = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
data = [(torch.randn(32, 3), torch.randn(32, 1)) for _ in range(4)]
