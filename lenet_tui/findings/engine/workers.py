"""Whether the workers of a ``DataLoader`` draw the same random numbers, which is tried with two.

They are started as the loader starts its own, with its ``worker_init_fn``, and asked for one sample
again and again: nothing of it is seen by the process that asks.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from lenet_tui.training.engine.generators import unchanged_generators
from lenet_tui.training.engine.own_errors import is_own_file

EACH = 12
"""Samples that each of two workers is asked for: a coin does not fall alike so often."""
PATIENCE = 10.0
"""Seconds, at most, that all samples of an epoch may take."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """``alike``: both workers draw the same; else they do in each epoch. ``line``: who sets them
    up, ``file.py:17``. ``by``: the name of that.
    """

    alike: bool
    by: str
    line: str


def drawn_alike(loader: DataLoader[Any]) -> Drawn | None:
    """Try it; ``None`` where each draws its own, nothing is random, or it cannot be tried."""
    dataset: Any = loader.dataset
    if not loader.num_workers or isinstance(dataset, IterableDataset) or not len(dataset):
        return None
    asked = [len(dataset) // 2] * (2 * EACH)
    two: DataLoader[Any] = DataLoader(
        dataset, batch_size=1, sampler=asked, num_workers=2, collate_fn=_only,
        worker_init_fn=loader.worker_init_fn, timeout=PATIENCE,
        multiprocessing_context=loader.multiprocessing_context,
    )  # fmt: skip
    with unchanged_generators():
        first = _epoch(two)
        if first is None or all(same(first[0], each) for each in first[2::2]):
            return None
        alike = all(same(a, b) for a, b in zip(first[::2], first[1::2], strict=True))
        if not alike and (loader.persistent_workers or not _again(two, first)):
            return None
    return Drawn(alike, *_described(loader))


def _again(two: DataLoader[Any], first: list[Any]) -> bool:
    second = _epoch(two)
    return second is not None and all(map(same, first, second))


def _epoch(two: DataLoader[Any]) -> list[Any] | None:
    """The samples that both workers give in turn; ``None``: they take too long."""
    found: list[Any] = []
    until = time.monotonic() + PATIENCE
    for sample in two:
        found.append(sample)
        if time.monotonic() > until:
            return None
    return found


def _only(samples: list[Any]) -> Any:
    return samples[0]


def same(a: Any, b: Any) -> bool:
    """Whether two samples are the same to the bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, Tensor):
        return a.shape == b.shape and torch.equal(a, b)
    if isinstance(a, np.ndarray):
        return bool(np.array_equal(a, b))
    if isinstance(a, Mapping):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def _described(loader: DataLoader[Any]) -> tuple[str, str]:
    """The name and the line of what sets a worker up, or else of what draws."""
    for function in (loader.worker_init_fn, getattr(type(loader.dataset), "__getitem__", None)):
        code = getattr(function, "__code__", None)
        if code is not None and is_own_file(code.co_filename):
            line = f"{Path(code.co_filename).name}:{code.co_firstlineno}"
            return getattr(function, "__qualname__", ""), line
    return type(loader.dataset).__name__, ""
