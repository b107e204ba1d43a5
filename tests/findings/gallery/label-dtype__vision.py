"""Labels that were read from a table as float32."""

import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(64, 6))
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam
labels = torch.arange(12) % 6
data = [(torch.randn(12, 1, 8, 8), labels.float())]  # broken
data = [(torch.randn(12, 1, 8, 8), labels)]  # healthy
