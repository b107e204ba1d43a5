"""A sample is generated now and then, in eval mode, for good."""

import torch
from torch import nn


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.drop = nn.Embedding(12, 8), nn.Dropout(0.2)
        self.rnn, self.head = nn.GRU(8, 8, batch_first=True), nn.Linear(8, 12)

    def forward(self, x):
        return self.head(self.rnn(self.drop(self.embed(x)))[0]).transpose(1, 2)

    @torch.no_grad()
    def generate(self, x):
        mode = self.training
        token = self.eval()(x)[..., -1].argmax(-1)
        self.train(mode)  # healthy
        return token


model = Language()
optimizer = torch.optim.Adam(model.parameters())
tokens = torch.arange(48).view(4, 12) % 12
data = [(tokens, (tokens + 1) % 12)]


def step(batch):
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    model.generate(batch[0])
    return loss
