"""Causal attention whose softmax goes over the queries."""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 16)
        self.qkv = nn.Linear(16, 48)
        self.out = nn.Linear(16, 20)

    def forward(self, tokens):
        q, k, v = self.qkv(self.embed(tokens)).chunk(3, -1)
        scores = q @ k.transpose(1, 2) / 4
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(future, float("-inf"))
        weights = scores.softmax(dim=-2)  # broken
        weights = scores.softmax(dim=-1)  # healthy
        return self.out(nn.functional.dropout(weights, 0.1, self.training) @ v)


model = Attention()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
data = [torch.randint(0, 20, (4, 9)) for _ in range(4)]


def step(batch):
    optimizer.zero_grad()
    logits = model(batch[:, :-1])
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
    loss.backward()
    optimizer.step()
    return loss
