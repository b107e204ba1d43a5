"""L-BFGS with a closure, which begins with the same weights in each step."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=3)
start = {name: value.clone() for name, value in net.state_dict().items()}
x = torch.randn(64, 6)
data = [(x, x[:, :1])] * 4


def step(batch):
    net.load_state_dict(start)  # broken

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(batch[0]), batch[1])
        loss.backward()
        return loss

    return optimizer.step(closure)
