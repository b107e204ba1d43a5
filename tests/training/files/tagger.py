"""An LSTM tagger whose step accumulates, clips and schedules, and counts its calls."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Tagger(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(30, 8, padding_idx=0)
        self.lstm = nn.LSTM(8, 6, num_layers=2, batch_first=True, bidirectional=True, dropout=0.2)
        self.tags = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.tags(self.lstm(self.words(x))[0])  # type: ignore[no-any-return]


model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=400)
criterion = nn.CrossEntropyLoss(ignore_index=0)
calls = 0
MICRO = 2


def data() -> list[tuple[Tensor, Tensor]]:
    return [(torch.randint(30, (4, 7)), torch.randint(5, (4, 7))) for _ in range(5)]


def step(batch: tuple[Tensor, Tensor]) -> float:
    global calls  # noqa: PLW0603 - as people write it
    calls += 1
    words, tags = batch
    optimizer.zero_grad()
    total = 0.0
    for number in range(MICRO):
        x, y = words[number::MICRO], tags[number::MICRO]
        loss = criterion(model(x).flatten(0, 1), y.flatten()) / MICRO
        loss.backward()
        total += loss.item()
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    if calls % 2 == 0:
        scheduler.step()
    return total
