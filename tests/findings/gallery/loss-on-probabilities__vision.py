"""A softmax at the end of the model, and cross-entropy after it."""

import torch
from torch import nn

model = nn.Sequential(
    nn.Conv2d(1, 4, 3, 2, 1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(64, 10),
    nn.Softmax(1),  # broken
)
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
data = [(torch.randn(10, 1, 8, 8), torch.arange(10))]
