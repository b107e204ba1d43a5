"""Scores of a tanh compared by cross-entropy, without the temperature that they need."""

import torch
from torch import nn

prototypes = nn.Linear(8, 12)
optimizer = torch.optim.Adam(prototypes.parameters(), lr=1e-3)
data = [(torch.randn(24, 8), torch.arange(24) % 12) for _ in range(4)]


def step(batch):
    points, labels = batch
    scores = prototypes(points).tanh()
    scores = 16 * scores  # healthy
    loss = nn.functional.cross_entropy(scores, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
