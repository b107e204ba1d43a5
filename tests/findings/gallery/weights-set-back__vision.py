"""The weights of the start are loaded in the step, not before the loop."""

import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 4))
start = {name: value.clone() for name, value in net.state_dict().items()}
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
data = [(torch.randn(8, 1, 8, 8), torch.arange(8) % 4) for _ in range(4)]
net.load_state_dict(start)  # healthy


def step(batch):
    net.load_state_dict(start)  # broken
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
