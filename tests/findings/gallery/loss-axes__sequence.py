"""As many places as words: the classes are last, and cross-entropy takes axis 1 for them."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(9, 12)
        self.rnn = nn.GRU(12, 16, batch_first=True)
        self.head = nn.Linear(16, 9)

    def forward(self, tokens):
        return self.head(self.rnn(self.embedding(tokens))[0])


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [torch.randint(0, 9, (4, 10)) for _ in range(4)]


def step(tokens):
    output = net(tokens[:, :-1])
    output = output.transpose(1, 2)  # healthy
    loss = nn.functional.cross_entropy(output, tokens[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
