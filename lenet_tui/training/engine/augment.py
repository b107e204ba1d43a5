"""Changes the images of a training batch at random; an exported script takes this along."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def augment(
    images: Tensor, seed: int, *, shift: int = 0, rotate: float = 0.0, noise: float = 0.0
) -> Tensor:
    """Images (N, 1, S, S) on the CPU, each changed by numbers of its own.

    Each is shifted by up to ``shift`` whole pixels down or up and to a side, then turned about its
    middle by up to ``rotate`` degrees either way; what comes in at an edge repeats it. Then each
    pixel is given normal noise of standard deviation ``noise``. ``seed``: of the generator.
    """
    generator = torch.Generator().manual_seed(seed)
    count, side = len(images), images.shape[-1]
    if shift:
        moves = torch.randint(-shift, shift + 1, (2, count, 1), generator=generator)
        down, right = (torch.arange(side) + moves).clamp(0, side - 1)
        each = torch.arange(count)[:, None, None]
        images = images[each, 0, down[:, :, None], right[:, None, :]].unsqueeze(1)
    if rotate:
        angle = (2 * torch.rand(count, generator=generator) - 1) * math.radians(rotate)
        cos, sin, none = angle.cos(), angle.sin(), torch.zeros(count)
        rows = (torch.stack((cos, -sin, none), 1), torch.stack((sin, cos, none), 1))
        grid = F.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
        images = F.grid_sample(images, grid, padding_mode="border", align_corners=False)
    if noise:
        images = images + noise * torch.randn(images.shape, generator=generator)
    return images
