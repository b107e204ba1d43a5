"""Classes of each pixel, reshaped to rows without moving their axis last."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 5, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(2, 3, 6, 6), torch.randint(0, 5, (2, 6, 6))) for _ in range(4)]


def step(batch):
    pictures, labels = batch
    output = net(pictures)
    output = output.permute(0, 2, 3, 1)  # healthy
    loss = nn.functional.cross_entropy(output.reshape(-1, 5), labels.view(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
