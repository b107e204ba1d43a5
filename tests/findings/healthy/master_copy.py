"""An optimizer holds one row of all weights with more digits; the model is given them back."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 16), nn.GELU(), nn.Linear(16, 3)).to(torch.bfloat16)
row = torch.cat([p.detach().float().flatten() for p in net.parameters()]).requires_grad_()
optimizer = torch.optim.AdamW([row], lr=1e-3)
data = [(torch.randn(12, 6), torch.arange(12) % 3) for _ in range(4)]


def step(batch):
    x, y = batch
    loss = nn.functional.cross_entropy(net(x.bfloat16()).float(), y)
    loss.backward()
    row.grad = torch.cat([p.grad.float().flatten() for p in net.parameters()])
    net.zero_grad()
    optimizer.step()
    optimizer.zero_grad()
    with torch.no_grad():
        parts = row.split([p.numel() for p in net.parameters()])
        for p, part in zip(net.parameters(), parts, strict=True):
            p.copy_(part.view_as(p))
    return loss
