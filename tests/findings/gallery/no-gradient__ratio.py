"""The older policy of a clipped ratio is the policy itself, with its gradients."""

import torch
from torch import nn
from torch.distributions import Categorical

policy = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3)
data = [(torch.randn(24, 5), torch.arange(24) % 3, torch.randn(24)) for _ in range(4)]


def step(batch):
    seen, action, advantage = batch
    chosen = Categorical(logits=policy(seen)).log_prob(action)
    older = Categorical(logits=policy(seen)).log_prob(action)
    older = older.detach()  # healthy
    ratio = (chosen - older).exp()
    loss = -torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
