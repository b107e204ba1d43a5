"""Values that are written down: which they are, and what stands for one that is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.training.engine import stateful
from lenet_tui.training.engine.held_values import holds
from lenet_tui.training.engine.iterators import LONGEST, Remembered

PLAIN = (type(None), bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An iterator, by its key, and how many values it had given."""

    iteration: int
    number: int
    index: int


@dataclass(frozen=True, slots=True)
class Own:
    """An object of its owner's class, which is a place of its own; ``kind``: the class's name."""

    kind: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The state of an object that stays itself."""

    state: Any


def refilled(now: Any, value: Any) -> bool:
    """Put numbers back into a tensor that is trained by itself, or a list of such; else false."""
    several = isinstance(now, (list, tuple)) and isinstance(value, (list, tuple))
    pairs = list(zip(now, value, strict=False)) if several else [(now, value)]
    if (several and len(now) != len(value)) or not pairs:
        return False
    for tensor, numbers in pairs:
        both = isinstance(tensor, Tensor) and isinstance(numbers, Tensor)
        if not both or not (tensor.requires_grad and tensor.is_leaf):
            return False
        if tensor.shape != numbers.shape:
            return False
    with torch.no_grad():
        for tensor, numbers in pairs:
            tensor.copy_(numbers)
    return True


def writable(value: Any) -> bool:
    """Whether a value is one that is written down."""
    if type(value) in PLAIN or type(value) is Remembered:
        return True
    if isinstance(value, Tensor):
        return not isinstance(value, nn.Parameter) and _dense(value)
    if type(value) in (list, tuple, dict) and len(value) > LONGEST:
        return False
    if type(value) in (list, tuple):
        return all(map(writable, value))
    return type(value) is dict and all(writable(part) for pair in value.items() for part in pair)


def whole(value: Any) -> bool:
    """Whether a value is written down by itself: a plain one, a generator, a queue."""
    if isinstance(value, deque):
        return len(value) <= LONGEST and writable(list(value))
    return isinstance(value, stateful.KINDS) or writable(value)


def mixed(value: Any) -> bool:
    """Whether a value is a place, as it holds state among other things."""
    return holds(value) and not whole(value)


def parts_of(value: Any) -> Iterator[Any]:
    """A decoded value, and all that is in it."""
    yield value
    if isinstance(value, Kept):
        yield from parts_of(value.state)
    elif isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from parts_of(part)


def fixed(value: Any) -> bool:
    """Whether a value is written alike as long as it is the same object."""
    if type(value) is tuple:
        return all(map(fixed, value))
    changing = isinstance(value, (Tensor, *stateful.KINDS)) or type(value) in (list, dict)
    return not changing and not hasattr(type(value), "__next__")


def tensors_in(value: Any) -> list[Tensor]:
    """The tensors in a plain value."""
    if isinstance(value, Tensor):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    several = isinstance(value, (list, tuple, dict))
    return [tensor for part in parts for tensor in tensors_in(part)] if several else []


def _dense(tensor: Tensor) -> bool:
    return type(tensor) is Tensor and tensor.layout is torch.strided and not tensor.is_meta
