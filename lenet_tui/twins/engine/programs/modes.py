"""Three classes, with batch statistics, dropout, noise, and a validation after each step."""

from itertools import islice

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
centres = torch.randn(3, 8)
model = nn.Sequential(
    nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 3)
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
held_out = torch.arange(3)


def data():
    draw = torch.Generator().manual_seed(1)
    while True:
        y = torch.randint(3, (16,), generator=draw)
        yield centres[y] + torch.randn(16, 8, generator=draw), y


def step(batch):
    x, y = batch
    x = x + 0.3 * torch.randn(x.shape)
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    validate()
    return loss


def validate():
    model.eval()
    with torch.no_grad():
        right = model(centres).argmax(1) == held_out
    model.train()
    return right.float().mean()


if __name__ == "__main__":
    for batch in islice(data(), 10):
        print(step(batch).item())
