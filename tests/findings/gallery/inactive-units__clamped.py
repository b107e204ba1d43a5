"""ReLUs written by hand in several ways; a step that was too large has closed them for good."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(32, 32) for _ in range(7))
        self.enter, self.leave = nn.Linear(6, 32), nn.Linear(32, 2)
        with torch.no_grad():
            for layer in self.layers:
                layer.bias.fill_(-40.0)  # broken
                layer.bias.fill_(0.1)  # healthy

    def forward(self, x):
        h = self.enter(x)
        one, two, three, four, five, six, seven = self.layers
        zero = torch.zeros(())
        parts = [
            one(h).clamp(min=0),
            torch.clamp_min(two(h), 0.0),
            torch.maximum(three(h), zero),
            nn.functional.hardtanh(four(h)),
            nn.functional.relu6(five(h), inplace=True),
            self.where(six(h)),
            nn.functional.threshold(seven(h), 0.1, 0.0),
        ]
        return self.leave(torch.stack(parts).sum(0) + h)

    def where(self, x):
        return torch.where(x > 0, x, torch.zeros_like(x))


model = Net
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.01)  # noqa: E731
data = [(torch.randn(24, 6), torch.arange(24) % 2) for _ in range(3)]
