"""What the parts of a checkpoint are, by what they hold: no name is relied on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

WEIGHTS, OPTIMIZER, SCHEDULER, SCALER = "weights", "optimizer", "scheduler", "scaler"
GENERATOR, VALUE = "generator", "value"
STATES = (WEIGHTS, OPTIMIZER, SCHEDULER, SCALER, GENERATOR)
"""What training that is to go on to the bit needs, where it has it."""
GENERATOR_BYTES = (5056, 16)
"""Sizes of the states of torch's generators, of the CPU and of CUDA."""
NUMPY, PYTHON = 5, 3
"""Pieces of the states of NumPy's and Python's generators."""
WORDS = 625
DEEPEST = 3
MOST = 1000
"""Parts that are gone through."""


def kind_of(value: Any) -> str:
    """One of ``STATES``; ``VALUE`` for anything else, empty for what has parts of its own."""
    if isinstance(value, Tensor):
        states = value.dtype is torch.uint8 and value.dim() == 1 and len(value) in GENERATOR_BYTES
        return GENERATOR if states else WEIGHTS
    if isinstance(value, (tuple, list)):
        return _of_several(value)
    if not isinstance(value, Mapping):
        return VALUE
    keys = value.keys()
    if {"state", "param_groups"} <= keys and _of_optimizer(value["state"], value["param_groups"]):
        return OPTIMIZER
    if {"scale", "_growth_tracker"} <= keys:
        return SCALER
    if "last_epoch" in keys or {"_schedulers", "_milestones"} <= keys:
        return SCHEDULER
    tensors = bool(value) and all(isinstance(part, Tensor) for part in value.values())
    return WEIGHTS if tensors and any(kind_of(t) is WEIGHTS for t in value.values()) else ""


def _of_optimizer(state: Any, groups: Any) -> bool:
    """Whether these are what an optimizer's ``state_dict`` holds."""
    return (
        isinstance(state, Mapping)
        and isinstance(groups, (list, tuple))
        and all(isinstance(g, Mapping) and isinstance(g.get("params"), list) for g in groups)
    )


def _of_several(value: tuple[Any, ...] | list[Any]) -> str:
    first = value[0] if value else None
    numpy = len(value) == NUMPY and first == "MT19937"
    python = (
        len(value) == PYTHON
        and isinstance(value[1], (tuple, list))
        and len(value[1]) == WORDS
        and type(first) is int
    )
    torches = isinstance(first, Tensor) and all(kind_of(part) is GENERATOR for part in value)
    if numpy or python or torches:
        return GENERATOR
    return "" if isinstance(first, Mapping) else VALUE


def parts(value: Any, name: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yields the dotted name, the kind and the value of each part of what a file holds."""
    waiting = [(name, value, 0)]
    for _ in range(MOST):
        if not waiting:
            return
        name, value, depth = waiting.pop(0)
        kind = kind_of(value)
        if kind or depth >= DEEPEST:
            yield name, kind or VALUE, value
            continue
        before = f"{name}." if name else ""
        inside = value.items() if isinstance(value, Mapping) else enumerate(value)
        waiting[:0] = [(f"{before}{key}", part, depth + 1) for key, part in inside]
