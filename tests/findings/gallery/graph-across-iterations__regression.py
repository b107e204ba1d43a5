"""A smoothed loss keeps its graph, and retain_graph hides the error."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x = torch.randn(16, 4)
data = [(x, x.sum(1, keepdim=True))]
smooth = [None]


def step(batch):
    model.zero_grad()
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    smooth[0] = loss if smooth[0] is None else 0.9 * smooth[0] + 0.1 * loss  # broken
    smooth[0] = loss.item()  # healthy
    smooth[0].backward(retain_graph=True)  # broken
    loss.backward()  # healthy
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.data -= 0.01 * parameter.grad
    return loss
