"""Statistics that are frozen for a warm-up, and never set free again."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(6, 6) for _ in range(5)])
        self.norms = nn.ModuleList([nn.BatchNorm1d(6) for _ in range(5)])

    def forward(self, x):
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = norm(layer(x)).relu()
        return x


def freeze_statistics(net):
    for module in net.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.training = False  # broken
            module.training = True  # healthy


model, seen = Net(), []
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(16, 6), torch.rand(16, 6)) for _ in range(6)]


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    if not seen:
        freeze_statistics(model)
    seen.append(float(loss.detach()))
    return loss
