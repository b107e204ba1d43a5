"""A mixture of experts in bfloat16 autocast, with a scaler, an average of its weights, and an
auxiliary loss; which expert runs depends on the data.
"""

from __future__ import annotations

import copy
import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Experts(nn.Module):
    def __init__(self, width: int = 6, count: int = 3) -> None:
        super().__init__()
        self.gate = nn.Linear(width, count)
        self.experts = nn.ModuleList(nn.Linear(width, width) for _ in range(count))
        self.frozen = nn.Linear(width, width).requires_grad_(False)
        self.head = nn.Linear(width, 2)
        self.register_buffer("load", torch.zeros(count))
        self.load: Tensor

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        weights = F.softmax(self.gate(x), dim=-1)
        chosen = weights.argmax(-1)
        out = torch.zeros_like(x)
        for number, expert in enumerate(self.experts):
            rows = (chosen == number).nonzero().flatten()
            if len(rows):
                made = F.silu(expert(x[rows])) * weights[rows, number, None]
                out = out.index_add(0, rows, made.to(out.dtype))
        self.load = 0.9 * self.load + 0.1 * weights.float().mean(0).detach()
        balance = (weights.float().mean(0) ** 2).sum()
        return self.head(F.rms_norm(out + self.frozen(x), (x.shape[-1],))), balance


model = Experts()
average = copy.deepcopy(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=3)


def data() -> object:
    for _ in range(50):
        shift = random.random() + float(np.random.rand())
        yield torch.randn(8, 6) + shift, torch.randint(2, (8,))


def step(batch: tuple[Tensor, Tensor]) -> Tensor:
    x, y = batch
    with torch.autocast("cpu", torch.bfloat16):
        logits, balance = model(x)
        loss = F.cross_entropy(logits, y) + 0.01 * balance
    optimizer.zero_grad(set_to_none=False)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_value_(model.parameters(), 0.05)
    scaler.step(optimizer)
    scaler.update()
    with torch.no_grad():
        for ours, theirs in zip(average.parameters(), model.parameters(), strict=True):
            ours.mul_(0.9).add_(theirs, alpha=0.1)
    return loss.detach()  # type: ignore[no-any-return]
