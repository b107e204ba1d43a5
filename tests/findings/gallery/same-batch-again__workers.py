"""Workers that all set NumPy's generator to one seed, from which the noise of each sample comes."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __len__(self):
        return 96

    def __getitem__(self, number):
        x = torch.full((6,), number / 96) + 0.1 * torch.from_numpy(np.random.randn(6)).float()
        return x, torch.tensor([number / 96])


def begin(worker):
    seed = torch.initial_seed() % 2**32
    seed = 0  # broken
    np.random.seed(seed)


model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD
loss = nn.MSELoss()
data = DataLoader(Noisy(), batch_size=12, num_workers=2, worker_init_fn=begin)
