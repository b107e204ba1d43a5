"""A ReLU after the last layer, whose outputs are the logits of a cross-entropy."""

import torch
from torch import nn

model = nn.Sequential(
    nn.Conv2d(1, 4, 3, 2, 1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(64, 10),
    nn.ReLU(),  # broken
)
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(10, 1, 8, 8), torch.arange(10))]
