"""Probabilities as targets that stand first; a teacher's are soft targets and stand second."""

import torch
from torch import nn

model = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5))
teacher = nn.Sequential(nn.Flatten(), nn.Linear(64, 5)).requires_grad_(False)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()
data = [torch.randn(8, 1, 8, 8) for _ in range(4)]


def step(x):
    wanted = teacher(x).softmax(1)
    loss = criterion(teacher(x), model(x).softmax(1))  # broken
    loss = criterion(model(x), wanted)  # healthy
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
