"""The projection of attention's heads and its norm are made in forward, each time anew."""

import torch
from torch import nn
from torch.nn import functional as F

WIDTH, HEADS = 16, 4


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.out, self.norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH)  # healthy

    def forward(self, x):
        parts = [
            layer(x).unflatten(2, (HEADS, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        ]
        mixed = F.scaled_dot_product_attention(*parts).transpose(1, 2).flatten(2)
        return nn.LayerNorm(WIDTH)(x + nn.Linear(WIDTH, WIDTH)(mixed))  # broken
        return self.norm(x + self.out(mixed))  # healthy


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, WIDTH)
        self.layers = nn.Sequential(Attention(), Attention())
        self.head = nn.Linear(WIDTH, 5)

    def forward(self, words):
        return self.head(self.layers(self.embedding(words)))


model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)


def data():
    while True:
        words = torch.randint(20, (6, 7))
        yield words, words % 5


def step(batch):
    optimizer.zero_grad()
    loss = F.cross_entropy(model(batch[0]).flatten(0, 1), batch[1].flatten())
    loss.backward()
    optimizer.step()
    return loss
