"""Attention that drops whatever the mode, in a model with a step of its own."""

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p
        self.inner, self.out = nn.Linear(8, 24), nn.Linear(8, 8)

    def forward(self, x):
        q, k, v = self.inner(x).view(*x.shape[:2], 2, 12).transpose(1, 2).chunk(3, -1)
        p = self.p  # broken
        p = self.p if self.training else 0.0  # healthy
        made = F.scaled_dot_product_attention(q, k, v, dropout_p=p, is_causal=True)
        return self.out(made.transpose(1, 2).flatten(2))


net = nn.Sequential(nn.Embedding(12, 8), Attention(0.2), nn.Linear(8, 12))
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
tokens = torch.randint(12, (4, 9))
data = [tokens, tokens.flip(0), tokens.flip(1)]


def step(batch):
    loss = F.cross_entropy(net(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
