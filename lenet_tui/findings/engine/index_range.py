"""Indices outside of what they index, before the kernel runs: on a GPU it would end the process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from lenet_tui.findings.engine.calls import Call

ALONG = ("gather", "scatter", "scatter_add", "scatter_reduce", "index_select", "index_add",
         "index_copy", "index_fill", "index_reduce")  # fmt: skip
"""Functions of a tensor, an axis and an index along it; no negative ones."""
INDEXING = (*ALONG, "take_along_dim", "embedding", "embedding_bag", "one_hot", "getitem", "setitem")
"""Functions that take indices."""
WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def outside(call: Call) -> dict[str, Any] | None:
    """What is wrong with the indices that a call is given; ``None``: nothing, or it takes none."""
    for index, size, negative in _indices(call):
        if not index.numel() or index.dtype not in WHOLE or index.is_meta:
            continue
        low, high = (int(value) for value in index.aminmax())
        least = -size if negative else 0
        if low >= least and high < size:
            continue
        wrong = (index < least) | (index >= size)
        return {
            "reason": "index", "op": call.name, "low": low, "high": high, "classes": size,
            "highest": size - 1, "outside": int(wrong.sum()), "indices": index.numel(),
            "shape": list(index.shape), "first_at": wrong.nonzero()[0].tolist(),
        }  # fmt: skip
    return None


Index = tuple[Tensor, int, bool]
"""Indices, how much they index, and whether negative ones count from the end."""


def _indices(call: Call) -> Iterator[Index]:
    name, given = call.name, call.argument(0, "input")
    if not isinstance(given, Tensor):
        return
    if name in ALONG:
        dim, index = call.argument(1, "dim"), call.argument(2, "index")
        if isinstance(dim, int) and isinstance(index, Tensor) and _has(given, dim):
            yield index, given.shape[dim], False
    elif name == "take_along_dim":
        index, dim = call.argument(1, "indices"), call.argument(2, "dim")
        if isinstance(dim, int) and isinstance(index, Tensor) and _has(given, dim):
            yield index, given.shape[dim], True
    elif name in ("embedding", "embedding_bag"):
        weight = call.argument(1, "weight")
        if isinstance(weight, Tensor) and weight.dim() == 2 and not given.is_floating_point():
            yield given, weight.shape[0], False
    elif name == "one_hot":
        classes = call.argument(1, "num_classes", -1)
        if isinstance(classes, int) and classes > 0:
            yield given, classes, False
    elif name in ("getitem", "setitem"):
        yield from _advanced(given, call.argument(1, "key"))


def _has(tensor: Tensor, dim: int) -> bool:
    return -tensor.dim() <= dim < tensor.dim()


def _advanced(given: Tensor, key: Any) -> Iterator[Index]:
    """Each tensor of whole numbers in square brackets, with the axis that it indexes."""
    keys = key if isinstance(key, tuple) else (key,)
    taken = sum(_axes(one) for one in keys)
    axis = 0
    for one in keys:
        if one is Ellipsis:
            axis += given.dim() - taken
            continue
        whole = isinstance(one, Tensor) and one.dtype in WHOLE and one.dtype is not torch.uint8
        if whole and axis < given.dim():
            yield one, given.shape[axis], True
        axis += _axes(one)


def _axes(key: Any) -> int:
    """How many axes a part of what is in square brackets takes."""
    if key is None or key is Ellipsis or isinstance(key, bool):
        return 0
    if isinstance(key, Tensor) and key.dtype in (torch.bool, torch.uint8):
        return key.dim()
    return 1
