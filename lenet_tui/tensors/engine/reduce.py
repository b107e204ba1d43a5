"""Reducing a tensor, on its device, to what a pane will show of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.protocol.views import ABSENT, View, ViewRequest
from lenet_tui.tensors.colour_scale import as_levels, fit_scale
from lenet_tui.tensors.engine import rows
from lenet_tui.tensors.engine.statistics import summarize
from lenet_tui.tensors.tiling import blocks, is_vector, tiling

Values = npt.NDArray[np.float64]
_Kind = TypeVar("_Kind", bound=np.generic)


def make_view(
    tensor: Tensor | None,
    request: ViewRequest,
    *,
    state: str = "value",
    made: tuple[int, str] | None = None,
    signed: bool | None = None,
) -> View:
    """What ``request`` asks for of ``tensor``.

    ``state``: of the view where there is no tensor (``none``, ``ahead``, ``unknown``).
    ``signed``: whether the scale is; by default it is once the tensor holds a negative number.
    What is returned shares no memory with the tensor. Any shape, dtype and stride will do.
    """
    if tensor is None:
        return View(request, state if state != "value" else "none", made=made)
    shape, dtype = tuple(tensor.shape), str(tensor.dtype).removeprefix("torch.")
    plain = _plain(tensor)
    summary = summarize(plain)
    if request.kind in rows.KINDS:
        values, places = rows.row_of(plain, request)
        view = View(request, "value", shape, dtype, made, values=_frozen(values), summary=summary)
        return replace(view, places=_frozen(places))
    if request.kind == "numbers":
        values = _window(plain, shape, request)
        return View(
            request, "value", shape, dtype, made, values=_frozen(values), summary=summary
        )  # fmt: skip
    picture, block, absent = _picture(plain, shape, request)
    scale = fit_scale(summary, request.scale, signed)
    levels = as_levels(picture, scale)
    if absent:
        levels[:, -1, levels.shape[2] - absent :] = ABSENT
    moved = request.scale is not None and scale != request.scale
    return View(
        request, "value", shape, dtype, made, _frozen(levels), None, scale, moved, block, summary
    )  # fmt: skip


def _plain(tensor: Tensor) -> Tensor:
    """``tensor`` as dense real numbers of a dtype that torch can compare."""
    tensor = tensor.detach()
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.is_complex():
        return tensor.abs()
    if tensor.dtype == torch.bool:
        return tensor.to(torch.uint8)
    if tensor.is_floating_point() and tensor.element_size() < 4:
        return tensor.float()
    return tensor


def _tiles(tensor: Tensor, shape: tuple[int, ...], request: ViewRequest) -> tuple[Tensor, int]:
    """``((count, height, width), missing)``: the tiles asked for, the last row filled up."""
    count, height, width = tiling(shape, request.wrap)
    missing = count * height * width - tensor.numel() if is_vector(shape) else 0
    if missing:
        flat = tensor.reshape(-1)
        tensor = torch.cat((flat, flat[-1:].expand(missing)))
    first = min(max(request.first, 0), count)
    last = min(first + max(request.count, 0), count)
    return tensor.reshape(count, height, width)[first:last], missing


def _picture(
    tensor: Tensor, shape: tuple[int, ...], request: ViewRequest
) -> tuple[Values, tuple[int, int], int]:
    """The pixels, of each block the value of largest magnitude, or the mean; elements to a pixel;
    absent ones.

    One dimension after the other: several times faster than both at once.
    """
    tiles, missing = _tiles(tensor, shape, request)
    _, height, width = tiles.shape
    down, used = blocks(height, request.rows)
    across, cols = blocks(width, request.cols)
    if not tiles.numel() or not used or not cols:
        return np.zeros((tiles.shape[0], used, cols)), (down, across), 0
    low = high = tiles
    if request.kind == "mean":
        exact = tiles if tiles.is_floating_point() else tiles.float()
        low = high = _reduce(_reduce(exact, 1, down, torch.mean), 2, across, torch.mean)
    else:
        if down > 1:
            low, high = _reduce(low, 1, down, torch.amin), _reduce(high, 1, down, torch.amax)
        if across > 1:
            low, high = _reduce(low, 2, across, torch.amin), _reduce(high, 2, across, torch.amax)
    if low is high:
        values = _fetch(low)
    else:
        lowest, highest = _fetch(torch.stack((low, high)))
        # A NaN compares false, and both are NaN then.
        values = np.where(-lowest > highest, lowest, highest)
    return values, (down, across), cols - -(-(width - missing) // across) if missing else 0


def _reduce(tensor: Tensor, dimension: int, block: int, of: Callable[..., Tensor]) -> Tensor:
    """``of`` each ``block`` elements along ``dimension``; the last may be shorter."""
    length = tensor.shape[dimension]
    whole = length // block
    main = tensor.narrow(dimension, 0, whole * block)
    main = main.unflatten(dimension, (whole, block))  # type: ignore[no-untyped-call]
    result = of(main, dimension + 1)
    if whole * block == length:
        return result
    rest = tensor.narrow(dimension, whole * block, length - whole * block)
    return torch.cat((result, of(rest, dimension, keepdim=True)), dimension)


def _window(tensor: Tensor, shape: tuple[int, ...], request: ViewRequest) -> Values:
    """The elements asked for; NaN where a wrapped vector has none."""
    tiles, missing = _tiles(tensor, shape, request)
    row, col = max(request.row, 0), max(request.col, 0)
    window = tiles[:, row : row + request.rows, col : col + request.cols]
    values = _fetch(window)
    if missing and row + values.shape[1] == tiles.shape[1] and values.shape[1]:
        start = max(0, tiles.shape[2] - missing - col)
        values[:, -1, start:] = np.nan
    return values


def _fetch(tensor: Tensor) -> Values:
    """A copy on the host, in float64."""
    return tensor.cpu().numpy().astype(np.float64)


def _frozen(array: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
    array.flags.writeable = False
    return array
