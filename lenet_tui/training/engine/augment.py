"""Changes the images of a training batch at random; an exported script takes this along."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def augment(
    images: Tensor, seed: int, *, shift: int = 0, rotate: float = 0.0, noise: float = 0.0
) -> Tensor:
    """Images (N, 1, H, W) on the CPU, each shifted, rotated and given noise by numbers of its own.

    By up to ``shift`` whole pixels and ``rotate`` degrees each way, and with normal noise of
    standard deviation ``noise``; what comes in at an edge repeats it. ``seed``: of the generator.
    """
    generator = torch.Generator().manual_seed(seed)
    count, side = len(images), images.shape[-1]
    if shift or rotate:
        angle = (2 * torch.rand(count, generator=generator) - 1) * math.radians(rotate)
        move = torch.randint(-shift, shift + 1, (count, 2), generator=generator) * (2 / side)
        cos, sin = angle.cos(), angle.sin()
        rows = (torch.stack((cos, -sin, move[:, 0]), 1), torch.stack((sin, cos, move[:, 1]), 1))
        grid = F.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
        images = F.grid_sample(images, grid, padding_mode="border", align_corners=False)
    if noise:
        images = images + noise * torch.randn(images.shape, generator=generator)
    return images
