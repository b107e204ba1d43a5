"""Actions that are drawn, and their log-probabilities put together in a new tensor."""

import torch
from torch import nn

policy = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
data = [torch.randn(6, 4) for _ in range(5)]


def step(states):
    kept, rewards = [], []
    for state in states:
        chances = torch.distributions.Categorical(logits=policy(state))
        action = chances.sample()
        kept.append(chances.log_prob(action))
        rewards.append(float(action))
    gains = torch.tensor(rewards) - 0.5
    loss = -(torch.tensor(kept, requires_grad=True) * gains).sum()  # broken
    loss = -(torch.stack(kept) * gains).sum()  # healthy
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
