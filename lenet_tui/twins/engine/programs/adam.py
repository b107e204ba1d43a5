"""Adam written by hand."""

from itertools import islice

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in model.parameters()]
steps = torch.zeros(())


def data():
    draw = torch.Generator().manual_seed(1)
    while True:
        x = torch.randn(16, 4, generator=draw)
        yield x, x[:, :1] - x[:, 1:2]


def step(batch):
    x, y = batch
    loss = F.mse_loss(model(x), y)
    model.zero_grad()
    loss.backward()
    steps.add_(1)
    with torch.no_grad():
        for p, (m, v) in zip(model.parameters(), moments, strict=True):
            m.lerp_(p.grad, 1 - 0.9)
            v.lerp_(p.grad**2, 1 - 0.999)
            first, second = m / (1 - 0.9**steps), v / (1 - 0.999**steps)
            p.sub_(0.05 * first / (second.sqrt() + 1e-8))
    return loss


if __name__ == "__main__":
    for batch in islice(data(), 10):
        print(step(batch).item())
