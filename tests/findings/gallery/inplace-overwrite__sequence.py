"""The critic's update comes before the actor's backward, which reads the critic."""

import torch
from torch import nn

actor, critic = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)), nn.Linear(2, 1)
fast = torch.optim.SGD(critic.parameters(), lr=0.1)
slow = torch.optim.SGD(actor.parameters(), lr=0.01)
data = [torch.randn(6, 4)]


def step(state):
    action = actor(state)
    value = critic(action)
    fast.zero_grad()
    nn.functional.mse_loss(critic(action.detach()), state.sum(1, keepdim=True)).backward()
    fast.step()
    value = critic(action)  # healthy
    slow.zero_grad()
    loss = -value.mean()
    loss.backward()
    slow.step()
    return loss
