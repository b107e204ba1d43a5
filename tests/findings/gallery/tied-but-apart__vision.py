"""An autoencoder's decoder begins as its encoder's transpose."""

import torch
from torch import nn


class Auto(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(64, 12)
        self.decoder = nn.Linear(12, 64)  # broken
        self.decoder.weight = nn.Parameter(self.encoder.weight.detach().t().clone())  # broken
        self.bias = nn.Parameter(torch.zeros(64))  # healthy

    def forward(self, x):
        code = torch.tanh(self.encoder(x.flatten(1)))
        return self.decoder(code).view_as(x)  # broken
        return (code @ self.encoder.weight + self.bias).view_as(x)  # healthy


model = Auto
loss = nn.MSELoss()
optimizer = torch.optim.Adam
x = torch.rand(8, 1, 8, 8)
data = [(x, x)]
