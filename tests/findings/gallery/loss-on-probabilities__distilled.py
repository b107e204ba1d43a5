"""A student learns a teacher's distribution; kl_div takes the student's as logarithms."""

import torch
from torch import nn

model, teacher = nn.Linear(6, 4), nn.Linear(6, 4).requires_grad_(False)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = [torch.randn(8, 6) for _ in range(3)]


def step(x):
    target = teacher(x).softmax(1)
    own = model(x).softmax(1)  # broken
    own = model(x).log_softmax(1)  # healthy
    loss = nn.functional.kl_div(own, target, reduction="batchmean")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
