"""Values that are written down: which they are, and what stands for one that is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.training.engine import stateful
from lenet_tui.training.engine.held_values import CONTAINERS
from lenet_tui.training.engine.iterators import DEEPEST, LONGEST, Remembered

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
class Leaf:
    """A tensor that is trained by itself, which stays the same one, and the numbers it had."""

    tensor: Tensor
    numbers: Tensor

    def put(self) -> Tensor:
        """The tensor, with those numbers."""
        with torch.no_grad():
            self.tensor.copy_(self.numbers)
        return self.tensor


@dataclass(frozen=True, slots=True)
class Kept:
    """The state of an object that stays itself."""

    state: Any


@dataclass(frozen=True, slots=True)
class Filled:
    """What a container that stays itself held; ``kind``: the name of its class."""

    kind: str
    state: Any


@dataclass(frozen=True, slots=True)
class Made:
    """A tuple of a class other than ``tuple``; ``kind``: the class's name."""

    kind: str
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """Something in a container that is not written down; ``kind``: the name of its class.

    ``number``: of those that were there at the beginning, or −1.
    """

    kind: str
    number: int


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
        return dense(value)
    if type(value) in (list, tuple, dict) and len(value) > LONGEST:
        return False
    if type(value) in (list, tuple):
        return all(map(writable, value))
    return type(value) is dict and all(writable(part) for pair in value.items() for part in pair)


def enclosed(value: Any) -> bool:
    """Whether a value is a container that is written down with all that is in it.

    An optimizer's list of parameters is none: they are known otherwise.
    """
    if not isinstance(value, CONTAINERS) or len(value) > LONGEST:
        return False
    parts = value if isinstance(value, (list, tuple)) else ()
    return not parts or not all(type(part) is nn.Parameter for part in parts)


def whole(value: Any) -> bool:
    """Whether a value is written down by itself: a plain one, a generator, a container."""
    return enclosed(value) or isinstance(value, stateful.KINDS) or writable(value)


def fixed(value: Any) -> bool:
    """Whether a value is written alike as long as it is the same object."""
    if isinstance(value, tuple):
        return all(map(fixed, value))
    changing = isinstance(value, (Tensor, *stateful.KINDS, list, dict))
    return not changing and not hasattr(type(value), "__next__")


def bare(value: Any) -> bool:
    """Whether a value is no place: a tuple of numbers and texts, such as a kernel's size, or a list
    of parameters, such as a group of an optimizer has.
    """
    if type(value) is list:
        return {*map(type, value)} == {nn.Parameter}
    return type(value) is tuple and all(type(part) in PLAIN for part in value)


def tensors_in(value: Any, depth: int = 0) -> list[Tensor]:
    """The tensors in a plain value that are written down."""
    if dense(value):
        return [value]
    if not isinstance(value, (list, tuple, dict)) or not enclosed(value) or depth > DEEPEST:
        return []
    parts = list(value.values()) if isinstance(value, dict) else value
    return [tensor for part in parts for tensor in tensors_in(part, depth + 1)]


def dense(value: Any) -> bool:
    """Whether a value is a tensor that is written down."""
    return type(value) is Tensor and value.layout is torch.strided and not value.is_meta
