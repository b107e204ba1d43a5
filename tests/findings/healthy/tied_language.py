"""Tied weights, an attention mask of −inf, learning rate warm-up from zero."""

import math

import torch
from torch import nn


class Language(nn.Module):
    def __init__(self, tokens=24, width=16):
        super().__init__()
        self.embed = nn.Embedding(tokens, width)
        self.place = nn.Embedding(8, width)
        nn.init.normal_(self.embed.weight, std=0.1)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm, self.drop = nn.LayerNorm(width), nn.Dropout(0.1)
        self.head = nn.Linear(width, tokens, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, x):
        x = self.embed(x) + self.place(torch.arange(x.shape[1]))
        q, k, v = self.qkv(self.norm(x)).chunk(3, -1)
        scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
        mask = torch.ones(x.shape[1], x.shape[1]).triu(1).bool()
        x = x + self.out(self.drop(scores.masked_fill(mask, float("-inf")).softmax(-1)) @ v)
        return self.head(x)


model = Language()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
warm = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(1.0, n / 4))


def data():
    while True:
        tokens = torch.randint(24, (4, 9))
        yield tokens[:, :-1], tokens[:, 1:]


def step(batch):
    loss = nn.functional.cross_entropy(model(batch[0]).flatten(0, 1), batch[1].flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    warm.step()
    return loss
