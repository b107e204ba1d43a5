"""Each sample seeds the generator from which its own noise comes."""

import random

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __len__(self):
        return 96

    def __getitem__(self, number):
        random.seed(0)  # broken
        x = torch.full((6,), number / 96) + random.gauss(0, 0.1)
        return x, torch.tensor([number / 96])


model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = DataLoader(Noisy(), batch_size=12)


def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
