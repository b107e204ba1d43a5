"""An actor and a critic with one sum of losses, advantages detached, an entropy bonus."""

import torch
from torch import nn

body = nn.Sequential(nn.Linear(4, 16), nn.Tanh())
actor, critic = nn.Linear(16, 2), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*body.parameters(), *actor.parameters(), *critic.parameters()])


def data():
    while True:
        yield torch.randn(24, 4), torch.randn(24)


def step(batch):
    state, returns = batch
    features = body(state)
    value = critic(features).squeeze(1)
    chances = torch.distributions.Categorical(logits=actor(features))
    action = chances.sample()
    advantage = (returns - value).detach()
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    loss = -(chances.log_prob(action) * advantage).mean()
    loss = loss + 0.5 * (returns - value).pow(2).mean() - 0.01 * chances.entropy().mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(body.parameters(), 0.5)
    optimizer.step()
    return loss
