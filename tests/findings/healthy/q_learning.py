"""Q-learning: a frozen target net, gathered values, a Huber loss, clipping by value."""

import copy

import torch
from torch import nn

policy = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
target = copy.deepcopy(policy)
optimizer = torch.optim.AdamW(policy.parameters(), lr=1e-3, amsgrad=True)


def data():
    while True:
        yield torch.randn(16, 4), torch.randint(2, (16, 1)), torch.randn(16), torch.randn(16, 4)


def step(batch):
    state, action, reward, following = batch
    value = policy(state).gather(1, action)
    with torch.no_grad():
        expected = reward + 0.9 * target(following).max(1).values
    loss = nn.SmoothL1Loss()(value, expected.unsqueeze(1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(policy.parameters(), 100)
    optimizer.step()
    weights = target.state_dict()
    for name, value in policy.state_dict().items():
        weights[name] = 0.005 * value + 0.995 * weights[name]
    target.load_state_dict(weights)
    return loss
