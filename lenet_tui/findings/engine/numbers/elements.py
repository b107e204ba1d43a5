"""Single elements of tensors: which is not finite, and which operands it was made of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from lenet_tui.tape.engine.entries import OpEntry

Index = tuple[int, ...]


def has_nan(tensor: Tensor) -> bool:
    """Whether any number of it is NaN."""
    return _floating(tensor) and bool(tensor.isnan().any())


def finite(tensor: Tensor | None) -> bool:
    """Whether all of its numbers are finite; a tensor of whole numbers is, and so is none."""
    if tensor is None or not _floating(tensor) or not tensor.numel():
        return True
    total = (
        tensor.detach().sum()
    )  # of one pass: only where it is not finite each number is looked at
    return bool(torch.isfinite(total)) or bool(torch.isfinite(tensor).all())


def _floating(tensor: Tensor) -> bool:
    return tensor.layout is torch.strided and (tensor.is_floating_point() or tensor.is_complex())


def wide(tensor: Tensor) -> Tensor:
    """The same numbers in float64, or in float32 where the device has no float64."""
    return tensor.detach().to(torch.float32 if tensor.device.type == "mps" else torch.float64)


def first_bad(tensor: Tensor) -> tuple[Index, int]:
    """The index of the first NaN, or else of the first infinity, and how many are not finite."""
    bad = ~torch.isfinite(tensor)
    nan = tensor.isnan()
    place = (nan if bool(nan.any()) else bad).nonzero()[0]
    return tuple(int(n) for n in place), int(bad.sum())


def operands(op: OpEntry) -> Iterator[tuple[int | str, int, Tensor]]:
    """The floating-point tensors that went into an op: each with its place, or its name, and its
    number in a list at that place.
    """
    places: list[tuple[int | str, object]] = [*enumerate(op.args), *op.kwargs.items()]
    for place, value in places:
        several = value if isinstance(value, (tuple, list)) else (value,)
        for number, each in enumerate(several):
            if isinstance(each, Tensor) and each.is_floating_point():
                yield place, number, each


def common_number(tensors: Iterable[Tensor]) -> float | None:
    """The number that all elements of real tensors are; ``None``: they differ, or there is none."""
    found: float | None = None
    for tensor in tensors:
        if not tensor.numel():
            continue
        low, high = (float(end) for end in tensor.detach().aminmax())
        if low != high or (found is not None and low != found):
            return None
        found = low
    return found


def at(tensor: Tensor, index: Index, shape: torch.Size) -> float | None:
    """The number that an operand had for the element ``index`` of a result of ``shape``.

    ``None``: it is not broadcast to that shape.
    """
    try:
        return float(tensor.detach().expand(shape)[index])
    except (RuntimeError, TypeError, ValueError):
        return None


def spelled(value: float) -> str:
    """A number for a text: ``nan``, ``inf``, ``-inf``, or six digits of it."""
    return str(value) if not math.isfinite(value) else f"{value:.6g}"
