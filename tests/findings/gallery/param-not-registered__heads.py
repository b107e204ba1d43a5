"""Two tasks, with a dictionary of heads beside a registered trunk."""

import torch
from torch import nn


class TwoTasks(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(6, 8)
        heads = {"price": nn.Linear(8, 1), "kind": nn.Sequential(nn.Tanh(), nn.Linear(8, 3))}
        self._heads = heads  # broken
        self._heads = nn.ModuleDict(heads)  # healthy

    def forward(self, x):
        hidden = self.trunk(x).relu()
        return {name: self._heads[name](hidden) for name in ("price", "kind")}


model = TwoTasks()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = [(torch.randn(8, 6), torch.randn(8, 1), torch.arange(8) % 3) for _ in range(3)]


def step(batch):
    x, price, kind = batch
    optimizer.zero_grad()
    made = model(x)
    loss = nn.functional.mse_loss(made["price"], price)
    loss = loss + nn.functional.cross_entropy(made["kind"], kind)
    loss.backward()
    optimizer.step()
    return loss
