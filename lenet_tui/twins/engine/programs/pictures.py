"""Pictures of ten classes, and a small convolutional net."""

from itertools import islice

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
patterns = torch.randn(10, 1, 8, 8)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 3)
        self.hidden = nn.Linear(54, 32)
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        x = F.relu(self.hidden(x.flatten(1)))
        return self.head(x)


model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def data():
    draw = torch.Generator().manual_seed(1)
    while True:
        y = torch.randint(10, (16,), generator=draw)
        yield patterns[y] + 0.5 * torch.randn(16, 1, 8, 8, generator=draw), y


def step(batch):
    x, y = batch
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


if __name__ == "__main__":
    for batch in islice(data(), 10):
        print(step(batch).item())
