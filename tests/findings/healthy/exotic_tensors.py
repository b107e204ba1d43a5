"""Complex weights, sparse gradients, a scripted part, vmap, double precision, integer buffers."""

import torch
from torch import nn


@torch.jit.script
def gate(x):
    return x * torch.sigmoid(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.EmbeddingBag(40, 6, sparse=True, mode="mean")
        self.spectrum = nn.Parameter(torch.randn(4, dtype=torch.cfloat) * 0.3)
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))
        self.head = nn.Linear(12, 3)

    def forward(self, x):
        self.calls += 1
        made = self.embed(x)
        filtered = torch.fft.irfft(torch.fft.rfft(made, dim=1) * self.spectrum, n=6, dim=1)
        scaled = torch.vmap(lambda row: row / (1 + row.abs().sum()))(made)
        return self.head(gate(torch.cat([filtered, scaled], 1)))


model = Net()
dense = torch.optim.Adam([model.spectrum, *model.head.parameters()], lr=1e-2)
sparse = torch.optim.SparseAdam(model.embed.parameters(), lr=1e-2)


def data():
    while True:
        yield torch.randint(40, (8, 5)), torch.randint(3, (8,))


def step(batch):
    dense.zero_grad()
    sparse.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    dense.step()
    sparse.step()
    return loss
