"""Single features of an input beside the others: far from unit scale, or hardly varying."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

LARGE = 30.0
"""A mean or a spread above it is far from unit scale."""
SHARE = 4
"""One in so many features at most are off, or it is the whole input that is so."""
ROWS, MANY_ROWS = 8, 32
"""Numbers of a feature that say something of it, and that say that it hardly varies."""
OFFSET, STILL = 3.0, 0.01
"""A mean that no normalised feature has, and a spread beside it that hardly varies."""
LOOKED_AT = 1000
"""Features of which the distinct numbers are counted."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of an input. ``text``: how it is indexed. ``count``: so many of ``of`` are so."""

    text: str
    mean: float
    std: float
    count: int
    of: int

    @property
    def still(self) -> bool:
        """Whether it hardly varies beside its mean."""
        return self.std < STILL * abs(self.mean)


def features_off(op: str, x: Tensor) -> tuple[Feature | None, tuple[Feature, ...]]:
    """The furthest of what is far from unit scale, and what hardly varies, in an input of an op."""
    known = _known(op, x)
    return (None, ()) if known is None else (_far(x, *known), tuple(_hardly_varying(x, *known)))


def _far(x: Tensor, axis: int, mean: Tensor, std: Tensor) -> Feature | None:
    """The furthest of a few features that are far from unit scale, where others are not.

    What does not vary at all is none of them, nor one of the others.
    """
    most = torch.where(std > 0, torch.maximum(mean.abs(), std), 0.0)
    off, of = most > LARGE, len(mean)
    if not 0 < int(off.sum()) <= max(1, of // SHARE) or not bool((std[~off] > 0).any()):
        return None
    worst = int(most.argmax())
    found = Feature(_text(x, axis, worst), float(mean[worst]), float(std[worst]), 1, of)
    alike = off & ((std < STILL * mean.abs()) == found.still)
    return replace(found, count=int(alike.sum()))


def _hardly_varying(x: Tensor, axis: int, mean: Tensor, std: Tensor) -> Iterator[Feature]:
    """The features that lie far from zero and hardly vary, though their numbers are distinct.

    What does not vary at all is none: a padding, an edge of pictures, a one that stands for a bias.
    """
    off = (mean.abs() > OFFSET) & (std > 0) & (std < STILL * mean.abs())
    places = off.nonzero().flatten().tolist()
    for place in places[:LOOKED_AT]:
        numbers = x.select(axis, place)
        if numbers.numel() >= MANY_ROWS and _distinct(numbers) >= numbers.numel() / 2:
            text = _text(x, axis, place)
            yield Feature(text, float(mean[place]), float(std[place]), len(places), len(mean))


def _distinct(numbers: Tensor) -> int:
    ordered = numbers.flatten().sort().values
    return 1 + int((ordered[1:] != ordered[:-1]).sum())


def _known(op: str, x: Tensor) -> tuple[int, Tensor, Tensor] | None:
    """The axis of the features, with their means and standard deviations."""
    axis = -1
    if op.startswith("conv"):
        axis = -1 - int(op[-2])
    if x.dim() < max(2, -axis) or not x.numel():
        return None
    features = x.shape[axis]
    if features < 2 or x.numel() < ROWS * features:
        return None
    others = [dim for dim in range(x.dim()) if dim != x.dim() + axis]
    std, mean = torch.std_mean(x, others)
    finite = math.isfinite(float(mean.sum())) and math.isfinite(float(std.sum()))
    return (axis, mean, std) if finite else None


def _text(x: Tensor, axis: int, place: int) -> str:
    """The feature as an index: ``[:, 3]``, ``[..., 3]``, ``[:, 3, :, :]``."""
    before, after = x.dim() + axis, -axis - 1
    first = ["..."] if before > 1 else [":"] * before
    return f"[{', '.join((*first, str(place), *[':'] * after))}]"
