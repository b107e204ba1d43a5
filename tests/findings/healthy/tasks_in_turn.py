"""Three tasks on one batch: each adds its gradients, and the sum of the losses is meant."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
weights = torch.tensor([1.0, 2.0, 1.0])
data = [(torch.randn(12, 6), [torch.randint(0, 3, (12,)) for _ in range(3)]) for _ in range(4)]


def step(batch):
    x, tasks = batch
    optimizer.zero_grad()
    for labels in tasks:
        loss = nn.functional.cross_entropy(model(x), labels, weight=weights)
        loss.backward()
    optimizer.step()
    return loss
