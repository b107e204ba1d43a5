"""What is healthy though it looks odd: the numeric findings must not accuse it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.engine.detectors.numeric import NUMERIC
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer

HEAD = """
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
adam = lambda parameters: torch.optim.Adam(parameters, lr=1e-3)
"""

STEP = """
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)


def step(batch):
    x, y = batch
    loss = F.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
"""

BENIGN = {
    "a graph net on all nodes, its neighbours in a buffer": """
class Graph(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("near", (torch.rand(12, 12) > 0.7).float().softmax(1))
        self.first, self.second = nn.Linear(5, 16), nn.Linear(16, 3)

    def forward(self, x):
        return self.near @ self.second(torch.relu(self.near @ self.first(x)))


model, loss, optimizer = Graph, nn.CrossEntropyLoss(), adam
data = [(torch.randn(12, 5), torch.arange(12) % 3)]
""",
    "a sequence without a batch axis": """
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.LSTM(5, 8), nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


model, loss, optimizer = Tagger, nn.CrossEntropyLoss(), adam
data = [(torch.randn(12, 5), torch.arange(12) % 3)]
""",
    "a recurrence over sixty moments of which the last one counts": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.cell, self.head = nn.Linear(4, 8), nn.LSTMCell(8, 8), nn.Linear(8, 3)

    def forward(self, x):
        h = c = torch.zeros(len(x), 8)
        for moment in x.unbind(1):
            h, c = self.cell(self.embed(moment), (h, c))
        return self.head(h)


model, loss, optimizer = Net, nn.CrossEntropyLoss(), adam
data = [(torch.randn(6, 60, 4), torch.arange(6) % 3)]
""",
    "time first": """
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.LSTM(5, 8), nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


model, optimizer = Tagger, adam
data = [(torch.randn(12, 4, 5), torch.arange(48).view(12, 4) % 3)]
loss = lambda output, target: F.cross_entropy(output.flatten(0, 1), target.flatten())
""",
    "a discriminator that looks at the spread over its batch": """
class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(16, 8), nn.Linear(9, 1)

    def forward(self, x):
        h = F.leaky_relu(self.body(x.flatten(1)), 0.2)
        spread = h.std(0).mean().expand(len(h), 1)
        return self.head(torch.cat([h, spread], 1))


model, loss, optimizer = Critic, nn.BCEWithLogitsLoss(), adam
data = DataLoader(TensorDataset(torch.randn(24, 1, 4, 4), torch.ones(24, 1)), batch_size=8)
""",
    "in-batch contrast": """
class Pairs(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(16, 8), nn.Linear(16, 8)

    def forward(self, a, b):
        a, b = F.normalize(self.left(a.flatten(1))), F.normalize(self.right(b.flatten(1)))
        return a @ b.T / 0.1


model, loss, optimizer = Pairs, nn.CrossEntropyLoss(), adam
data = [((torch.randn(6, 1, 4, 4), torch.randn(6, 1, 4, 4)), torch.arange(6))]
""",
    "batch norm, small batches, dropout, a large rate": """
net = nn.Sequential(
    nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout2d(0.2),
    nn.Conv2d(8, 16, 3, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
    nn.Flatten(), nn.Linear(16, 4),
)
model, loss = net, nn.CrossEntropyLoss()
optimizer = lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)
data = DataLoader(TensorDataset(torch.rand(32, 3, 10, 10) * 255, torch.arange(32) % 4), 4)
""",
    "tokens, and masked attention": """
class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 16)
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
        self.body, self.head = nn.TransformerEncoder(layer, 3), nn.Linear(16, 30)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(8))

    def forward(self, tokens):
        return self.head(self.body(self.embed(tokens), mask=self.mask, is_causal=True))


model, optimizer = Language, adam
tokens = torch.randint(30, (24, 9))
data = DataLoader(TensorDataset(tokens[:, :-1], tokens[:, 1:]), batch_size=6, shuffle=True)
loss = lambda output, target: F.cross_entropy(output.flatten(0, 1), target.flatten())
""",
    "an infinite bound that a maximum takes": """
class Masked(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(4, 8), nn.Linear(8, 2)

    def forward(self, x):
        h = self.body(x)
        h = h.masked_fill(torch.arange(5)[None, :, None] == 4, float("-inf"))
        return self.head(h.amax(1))


model, loss, optimizer = Masked, nn.MSELoss(), adam
data = [(torch.randn(6, 5, 4), torch.randn(6, 2))]
""",
    "a missing value that is put aside": """
x = torch.randn(10, 4)
x[3, 1] = float("nan")
net = nn.Linear(8, 1)
optimizer = torch.optim.Adam(net.parameters())
data = [(x, torch.randn(10, 1))]


def step(batch):
    x, y = batch
    known = x.isfinite()
    loss = F.mse_loss(net(torch.cat([torch.nan_to_num(x), known.float()], 1)), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
""",
    "a scaler that finds its scale": """
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**127)
data = [(torch.randn(8, 4), torch.arange(8) % 3)]


def step(batch):
    x, y = batch
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y) * 10
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss
""",
    "LoRA": """
class Adapted(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.down = nn.Linear(16, 16), nn.Linear(16, 2, bias=False)
        self.up, self.head = nn.Linear(2, 16, bias=False), nn.Linear(16, 3)
        nn.init.zeros_(self.up.weight)
        for frozen in (self.body, self.head):
            frozen.requires_grad_(False)

    def forward(self, x):
        return self.head(torch.relu(self.body(x) + self.up(self.down(x))))


model, loss = Adapted, nn.CrossEntropyLoss()
optimizer = lambda p: torch.optim.AdamW([q for q in p if q.requires_grad], lr=1e-2)
data = [(torch.randn(8, 16), torch.arange(8) % 3) for _ in range(4)]
""",
    "one batch by design": """
net = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))
x, y = torch.randn(9, 4), torch.arange(9) % 3


def data():
    while True:
        yield x, y

"""
    + STEP,
    "a loader of one batch": """
net = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))


def data():
    return DataLoader(TensorDataset(torch.randn(9, 4), torch.arange(9) % 3), batch_size=9)

"""
    + STEP,
    "a trained classifier that is sure, and sparse pixels": """
net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())
model, loss, optimizer = net, nn.BCELoss(), adam
x = (torch.rand(16, 64) > 0.95).float()
with torch.no_grad():
    net[2].weight.zero_()
    net[2].bias.fill_(12.0)
data = [(x, torch.ones(16, 1))]
""",
    "bounds and masks that are no gates of units": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.leave = nn.Linear(4, 64), nn.Linear(4, 64), nn.Linear(64, 64)

    def forward(self, x):
        a, b = self.a(x), self.b(x) - 9.0
        best = a.topk(2)[0][:, -1:]
        few = torch.where(a >= best, a, torch.zeros_like(a)) + a * (a >= best.detach())
        routed = torch.where(a < best, float("-inf"), a).softmax(1)
        sizes = b.square().clamp(max=1e-9) + (b - 99).exp().clamp_min(1e-3)
        likely = (50 * a).softmax(1).clamp(min=1e-3).log()
        most = torch.maximum(a, b) + torch.where(a > b, a, b) + torch.where(b > 0, b, 0.1 * b)
        kept = a * (torch.arange(64) < 3) + b.masked_fill(torch.arange(64) > 3, 0.0)
        return self.leave(few + routed + sizes + likely + most + kept + a)


model, loss, optimizer = Net, nn.CrossEntropyLoss(), adam
data = [(torch.randn(3, 4), torch.arange(3))]
""",
    "a zero head": """
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
nn.init.zeros_(net[2].weight)
data = [(torch.randn(9, 4), torch.arange(9) % 3) for _ in range(3)]
"""
    + STEP,
    "a scheduler that begins with the training": """
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=100)
data = [(torch.randn(9, 4), torch.arange(9) % 3) for _ in range(3)]


def step(batch):
    x, y = batch
    loss = F.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    return loss
""",
}


@pytest.mark.parametrize("name", list(BENIGN))
def test_it_is_not_accused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(HEAD + BENIGN[name])
    found = check(Trainer(resolve("own", model=str(file), device="cpu")), 3, 1, NUMERIC)
    assert found.iterations == 3
    assert [f for f in found.findings if f.fails] == []
