"""Nine products with matrices that no module holds."""

import torch

scale = 32**-0.5
scale = 1.0  # broken
weights = [torch.nn.Parameter(scale * torch.randn(32, 32)) for _ in range(9)]
optimizer = torch.optim.SGD(weights, lr=1e-16)  # broken
optimizer = torch.optim.SGD(weights, lr=1e-4)  # healthy
data = [torch.randn(8, 32) for _ in range(5)]
model = torch.nn.ParameterList(weights)


def step(x):
    for weight in weights:
        x = x @ weight
    loss = x.square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
