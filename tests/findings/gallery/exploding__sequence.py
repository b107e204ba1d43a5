"""A recurrence whose weights make the state larger in every step."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter, self.turn, self.head = nn.Linear(4, 16), nn.Linear(16, 16), nn.Linear(16, 2)
        nn.init.orthogonal_(self.turn.weight)
        nn.init.orthogonal_(self.turn.weight, gain=3.0)  # broken

    def forward(self, x):
        state = torch.zeros(len(x), 16)
        for moment in x.unbind(1):
            state = self.enter(moment) + self.turn(state)
        return self.head(state / len(state))


model = Net
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=1e-4)  # noqa: E731
data = [(torch.randn(6, 20, 4), torch.arange(6) % 2)]
