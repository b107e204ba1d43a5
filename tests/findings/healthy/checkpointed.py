"""Blocks that are computed again in backward, with dropout, and zero at the start (DiT)."""

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm, self.gate = nn.LayerNorm(width), nn.Parameter(torch.zeros(width))
        self.inner = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x):
        return x + self.gate * self.inner(self.norm(x))


class Net(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.stem = nn.Linear(6, width)
        self.blocks = nn.ModuleList([Block(width) for _ in range(3)])
        self.head = nn.Linear(width, 4)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x):
        x = self.stem(x)
        for number, block in enumerate(self.blocks):
            x = checkpoint(block, x, use_reentrant=bool(number % 2))
        return self.head(x)


model = Net
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.Adam(parameters, lr=1e-2)  # noqa: E731


def data():
    while True:
        yield torch.randn(16, 6), torch.randint(4, (16,))
