"""Groups by name, and the embedding is in none."""

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.rnn = nn.GRU(8, 8, batch_first=True)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        return self.head(self.rnn(self.embed(x))[0]).transpose(1, 2)


model = Tagger()
groups = [{"params": model.rnn.parameters()}, {"params": model.head.parameters(), "lr": 0.1}]
groups.append({"params": model.embed.parameters()})  # healthy
optimizer = torch.optim.AdamW(groups, lr=0.01)
data = [(torch.arange(24).view(4, 6) % 20, torch.arange(24).view(4, 6) % 4)]


def step(batch):
    optimizer.zero_grad(set_to_none=True)
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
