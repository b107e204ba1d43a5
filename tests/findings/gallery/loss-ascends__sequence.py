"""The log-probability of the next token, minimised as it is."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 12)
        self.rnn = nn.GRU(12, 16, batch_first=True)
        self.head = nn.Linear(16, 11)

    def forward(self, tokens):
        return self.head(self.rnn(self.embedding(tokens))[0])


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [torch.randint(0, 11, (4, 8)) for _ in range(4)]


def step(tokens):
    log_p = net(tokens[:, :-1]).log_softmax(-1)
    chosen = log_p.gather(2, tokens[:, 1:, None])
    loss = chosen.mean()  # broken
    loss = -chosen.mean()  # healthy
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
