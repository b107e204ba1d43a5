"""Two optimizers, of which only one steps by the scaler."""

import torch
from torch import nn

body, head = nn.Linear(5, 12), nn.Linear(12, 1)
slow = torch.optim.SGD(body.parameters(), lr=1e-6)
fast = torch.optim.SGD(head.parameters(), lr=1e-4)
scaler = torch.amp.GradScaler("cpu", init_scale=256.0)
data = [(x, x.sum(1, keepdim=True)) for x in (torch.randn(16, 5) for _ in range(4))]


def step(batch):
    slow.zero_grad()
    fast.zero_grad()
    loss = nn.functional.mse_loss(head(body(batch[0]).tanh()), batch[1])
    scaler.scale(loss).backward()
    scaler.step(fast)
    slow.step()  # broken
    scaler.step(slow)  # healthy
    scaler.update()
    return loss
