"""A dataset with a generator of its own, of which each worker gets a copy."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Shifted(Dataset):
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def __len__(self):
        return 96

    def __getitem__(self, number):
        x = torch.zeros(1, 6, 6)
        by = int(self.rng.integers(6))  # broken
        by = int(torch.randint(6, (1,)))  # healthy
        x[0, number % 6] = 1.0
        return x.roll(by, 1), number % 4


model = nn.Sequential(nn.Flatten(), nn.Linear(36, 16), nn.Tanh(), nn.Linear(16, 4))
optimizer = torch.optim.Adam
loss = nn.CrossEntropyLoss()
data = DataLoader(Shifted(), batch_size=12, num_workers=2)
