"""Statistics of a whole tensor in few passes and one transfer."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lenet_tui.protocol.views import Summary

_CANCELS = 1e-4
"""Below this share of the mean square, a variance taken as a difference has lost its digits."""


def summarize(tensor: Tensor) -> Summary:
    """Low, high, mean, standard deviation (of the population) and norm of the finite elements.

    ``tensor`` holds real numbers. With no finite element all are 0.
    """
    count = tensor.numel()
    if not count:
        return Summary(0.0, 0.0, 0.0, 0.0, 0.0)
    numbers = tensor if tensor.is_floating_point() else tensor.to(_exact(tensor))
    low, high, total, norm = _measure(numbers)
    if not math.isfinite(low) or not math.isfinite(high):
        return _of_finite(numbers)
    if low == high:
        return Summary(low, high, low, 0.0, abs(low) * math.sqrt(count))
    mean = total / count
    square = norm * (norm / count)
    variance = square - mean * mean
    if not _CANCELS * square < variance < math.inf:
        return _carefully(numbers, low, high)
    return Summary(low, high, mean, math.sqrt(variance), norm)


def _measure(numbers: Tensor) -> list[float]:
    low, high = torch.aminmax(numbers)
    values = torch.stack((low, high, numbers.sum(), torch.linalg.vector_norm(numbers)))
    return [float(v) for v in values.tolist()]


def _carefully(numbers: Tensor, low: float, high: float) -> Summary:
    """In float64 on the host: a large mean and little spread, or squares too large or small."""
    wide = numbers.cpu().double()
    unit = max(abs(low), abs(high))
    std, mean = torch.std_mean(wide / unit, correction=0)
    norm = torch.linalg.vector_norm(wide / unit)
    return Summary(low, high, float(mean) * unit, float(std) * unit, float(norm) * unit)


def _of_finite(numbers: Tensor) -> Summary:
    finite = torch.isfinite(numbers)
    counts = torch.stack(
        (torch.isnan(numbers).sum(), torch.isposinf(numbers).sum(), torch.isneginf(numbers).sum())
    )
    nan, plus, minus = (int(n) for n in counts.tolist())
    rest = numbers[finite]
    known = summarize(rest)
    return Summary(known.low, known.high, known.mean, known.std, known.norm, nan, plus, minus)


def _exact(tensor: Tensor) -> torch.dtype:
    """A float dtype for integers: float64 where the device has it."""
    return torch.float32 if tensor.device.type == "mps" else torch.float64
