"""Binary cross-entropy written out: the target lacks an axis."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(12, 6), (torch.randn(12) > 0).float()) for _ in range(6)]


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    p = model(x).clamp(1e-6, 1 - 1e-6)
    p = p.squeeze(-1)  # healthy
    loss = -(torch.where(y > 0.5, 1.0, 0.0) * p.log() + (1 - y) * (1 - p).log()).mean()
    loss.backward()
    optimizer.step()
    return loss
