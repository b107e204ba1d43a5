"""Log-probabilities of actions that the policy draws, minimised: that makes its entropy larger."""

import torch
from torch import nn

policy = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 4))
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3)
data = [torch.randn(12, 6) for _ in range(4)]


def step(states):
    log_p = policy(states).log_softmax(-1)
    actions = torch.distributions.Categorical(logits=log_p.detach()).sample()
    loss = log_p.gather(1, actions[:, None]).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
