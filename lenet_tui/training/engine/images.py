"""Labelled images as they are kept, and as a batch takes them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 32
READY = 4096
"""Up to so many images are kept as a batch takes them; of more, only the pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The samples to train on, or those to test on, on the CPU. ``len(part)``: how many.

    ``pixels``: the source, (N, H, W), of any integer or float type. Images are
    ``pixels / divisor - 1``, or ``pixels`` if ``divisor`` is 0. ``labels``: (N,) int64.
    ``ready``: the images, where they are few.
    """

    pixels: Tensor
    labels: Tensor
    divisor: float
    ready: Tensor | None

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Some of the samples: inputs (n, 1, 32, 32) float32 and targets (n,) int64, copied.

        ``indices``: (n,) int64 on the CPU, each from 0 to ``len(self) - 1``. No generator is asked.
        """
        labels = self.labels.index_select(0, indices)
        if self.ready is not None:
            return self.ready.index_select(0, indices), labels
        return inputs(self.pixels.index_select(0, indices), self.divisor), labels


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Images with labels. ``test`` is held out: nothing trains on it.

    ``dataset.test.batch(torch.arange(len(dataset.test)))`` are all its inputs and targets; of a
    large one take some at a time. ``names``: those of the classes; empty where labels are numbers.
    """

    train: Part
    test: Part
    names: tuple[str, ...] = ()


def part(pixels: Tensor, labels: Tensor, divisor: float) -> Part:
    """Pixels (N, H, W) with labels (N,) int64."""
    ready = inputs(pixels, divisor) if len(pixels) <= READY else None
    return Part(pixels, labels, divisor, ready)


def inputs(pixels: Tensor, divisor: float) -> Tensor:
    """Pixels (n, H, W) as (n, 1, 32, 32) float32; bilinear where they have another size."""
    images = pixels.unsqueeze(1).to(torch.float32)
    if divisor:
        images = images / divisor - 1
    if images.shape[-2:] != (SIDE, SIDE):
        images = F.interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False)
    return images
