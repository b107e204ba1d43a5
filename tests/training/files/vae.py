"""A VAE: it draws noise in its forward and returns several tensors; its loss takes them all."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Made(NamedTuple):
    picture: Tensor
    mean: Tensor
    log_variance: Tensor


class VAE(nn.Module):
    def __init__(self, hidden: int = 12, latent: int = 3) -> None:
        super().__init__()
        self.encoder = nn.Linear(36, hidden)
        self.mean, self.log_variance = nn.Linear(hidden, latent), nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.SiLU(), nn.Linear(hidden, 36))

    def forward(self, x: Tensor) -> Made:
        hidden = F.elu(self.encoder(x.flatten(1)))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        sample = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        return Made(torch.sigmoid(self.decoder(sample)), mean, log_variance)


def model(hidden: int = 12) -> VAE:
    return VAE(hidden)


def loss(made: Made, target: Tensor) -> Tensor:
    likeness = F.binary_cross_entropy(made.picture, target.flatten(1), reduction="sum")
    spread = 1 + made.log_variance - made.mean.pow(2) - made.log_variance.exp()
    return (likeness - 0.5 * spread.sum()) / len(target)


class Pictures:
    """An iterable that can be begun again, without a length."""

    def __iter__(self) -> object:
        for _ in range(4):
            picture = torch.rand(6, 1, 6, 6)
            yield picture, picture


data = Pictures()
optimizer = torch.optim.Adagrad
