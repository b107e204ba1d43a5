"""Features of a backbone under no_grad, whose parameters the optimizer holds."""

import torch
from torch import nn

backbone = nn.Sequential(nn.Linear(8, 16), nn.ReLU())
head = nn.Linear(16, 3)
model = nn.ModuleDict({"backbone": backbone, "head": head})
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
data = [(torch.randn(12, 8), torch.arange(12) % 3)]


def step(batch):
    with torch.no_grad():
        features = backbone(batch[0])
    loss = nn.functional.cross_entropy(head(features), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
