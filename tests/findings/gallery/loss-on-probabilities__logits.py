"""nll_loss takes logarithms; those of a focal loss are weighted and sum to no probabilities."""

import torch
from torch import nn
from torch.nn import functional as F

model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = [(torch.randn(12, 6), torch.arange(12) % 3) for _ in range(3)]


def loss(output, target):
    return F.nll_loss(output, target)  # broken
    logarithms = F.log_softmax(output, 1)  # healthy
    return F.nll_loss((1 - logarithms.exp()) ** 2 * logarithms, target)  # healthy
