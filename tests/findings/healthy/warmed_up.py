"""A warm-up from 0, a rate of 0 for one group, and counts that are never negative but for noise."""

import torch
from torch import nn

body, head = nn.Linear(5, 16), nn.Sequential(nn.Linear(16, 1), nn.Softplus())
net = nn.Sequential(body, nn.Tanh(), head)
groups = [{"params": body.parameters(), "lr": 0.0}, {"params": head.parameters()}]
optimizer = torch.optim.SGD(groups, lr=0.05)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, step / 50))
data = [
    (x, x.sum(1, keepdim=True).abs() + 0.1 * torch.randn(16, 1))
    for x in (torch.randn(16, 5) for _ in range(4))
]


def step(batch):
    loss = nn.functional.mse_loss(net(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    return loss
