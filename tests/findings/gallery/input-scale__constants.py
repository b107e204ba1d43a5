"""Pictures that the loader normalises, and the step once more with the same constants."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
pictures = torch.rand(24, 3, 8, 8)
pictures = (pictures - mean) / std  # broken
data = DataLoader(TensorDataset(pictures, torch.arange(24) % 4), batch_size=8)


def step(batch):
    x, y = batch
    x = x.sub(mean).div_(std)
    loss = nn.functional.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
