"""Tensors beside the model whose gradients are read and cleared, or asked of a start state."""

import torch
from torch import nn

net, head = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)
start = torch.zeros(1, 6, 8, requires_grad=True)
nudge = torch.zeros(6, 5, 4, requires_grad=True)
weight = torch.ones((), requires_grad=True)
optimizer = torch.optim.Adam([*net.parameters(), *head.parameters()], 1e-3)
data = [(torch.randn(6, 5, 4), torch.randn(6, 1)) for _ in range(4)]
seen = []


def step(batch):
    optimizer.zero_grad()
    output, _ = net(batch[0] + nudge, start)
    loss = weight * nn.functional.mse_loss(head(output[:, -1]), batch[1])
    loss.backward()
    nudge.data += 0.01 * nudge.grad.sign()
    nudge.grad.zero_()
    seen.append(float(weight.grad))
    weight.grad = None
    optimizer.step()
    return loss
