"""Features that go through NumPy on their way."""

import torch
from torch import nn

encoder, decoder = nn.Linear(6, 8), nn.Linear(8, 6)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
data = [torch.randn(16, 6) for _ in range(5)]


def step(x):
    hidden = encoder(x).tanh()
    hidden = torch.from_numpy(hidden.detach().numpy() * 2)  # broken
    loss = nn.functional.mse_loss(decoder(hidden), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
