"""Labelled images as they are kept, and as a batch takes them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from lenet_tui.text.notice import Notice

SIDE = 32
PADDED = (28, 28)
"""The size of MNIST's images: they are padded, as in LeNet's paper, and not resized."""
PAD = (2, 2, 2, 2)
KEPT = (PADDED, (SIDE, SIDE))
"""The sizes that are not resized."""
READY = 4096
"""Up to so many images are kept as a batch takes them; of more, only the pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The samples to train on, or those to test on, on the CPU. ``len(part)``: how many.

    ``pixels``: the source, (M, H, W), uint8 or float32, which both parts of a data set may share;
    ``rows``: those of this part, ``None``: all. Images are ``pixels / divisor - 1``, or ``pixels``
    if ``divisor`` is 0; ``background`` is what 28×28 are padded with. ``labels``: (N,) int64.
    ``ready``: the images, where they are few.
    """

    pixels: Tensor
    rows: Tensor | None
    labels: Tensor
    divisor: float
    background: float
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
        return inputs(self.source(indices), self.divisor, self.background), labels

    def source(self, indices: Tensor) -> Tensor:
        """The pixels (n, H, W) of some of the samples."""
        rows = indices if self.rows is None else self.rows.index_select(0, indices)
        return self.pixels.index_select(0, rows)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Images with labels. ``test`` is held out: nothing trains on it.

    ``dataset.test.batch(torch.arange(len(dataset.test)))`` are all its inputs and targets; of a
    large one take some at a time. ``names``: those of the classes; empty where labels are numbers.
    ``classes``: the greatest label and 1. ``content``: SHA-256 of what was read, to see whether it
    has changed since; empty for the shipped digits. ``remarks``: what is said of how the images
    were prepared. ``greatest``: the file or array that the greatest label is from; empty where
    labels are folders.
    """

    train: Part
    test: Part
    names: tuple[str, ...] = ()
    classes: int = 10
    content: str = ""
    remarks: tuple[Notice, ...] = ()
    greatest: str = ""

    @property
    def padded(self) -> bool:
        """Whether the images are padded to 32×32."""
        return tuple(self.train.pixels.shape[1:]) == PADDED


def part(
    pixels: Tensor, rows: Tensor | None, labels: Tensor, divisor: float, background: float
) -> Part:
    """Some rows of pixels (M, H, W) with their labels (N,) int64."""
    ready = None
    if len(labels) <= READY:
        own = pixels if rows is None else pixels.index_select(0, rows)
        ready = inputs(own, divisor, background)
    return Part(pixels, rows, labels, divisor, background, ready)


def inputs(pixels: Tensor, divisor: float, background: float) -> Tensor:
    """Pixels (n, H, W) as (n, 1, 32, 32) float32: 28×28 padded, another size resized (bilinear)."""
    images = pixels.unsqueeze(1).to(torch.float32)
    if divisor:
        images = images / divisor - 1
    if images.shape[-2:] == PADDED:
        images = F.pad(images, PAD, value=background)
    elif images.shape[-2:] != (SIDE, SIDE):
        images = F.interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False)
    return images
