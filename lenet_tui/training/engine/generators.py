"""The random number generators of Python, NumPy and torch, which a training step may draw from."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

WORDS = 625
"""Numbers of 32 bits in the state of a Mersenne Twister, with its place among them."""


@dataclass(frozen=True, slots=True)
class HostGenerators:
    """The states of Python's and NumPy's global generators.

    ``python``, ``numpy``: (625,) int32. ``python_gauss``, ``numpy_gauss``: the second of a pair of
    normal numbers, if only the first has been taken.
    """

    python: Tensor
    python_gauss: float | None
    numpy: Tensor
    numpy_gauss: float | None


@dataclass(frozen=True, slots=True)
class Generators:
    """The states of torch's CPU generator and of the host's."""

    cpu: Tensor
    host: HostGenerators

    def same(self, other: Generators) -> bool:
        """Whether nothing has been drawn between the two."""
        ours, theirs = self.host, other.host
        gauss = (ours.python_gauss, ours.numpy_gauss) == (theirs.python_gauss, theirs.numpy_gauss)
        pairs = ((self.cpu, other.cpu), (ours.python, theirs.python), (ours.numpy, theirs.numpy))
        return gauss and all(torch.equal(*pair) for pair in pairs)

    def restore(self) -> None:
        """Go on from these states."""
        torch.set_rng_state(self.cpu)
        restore_host_generators(self.host)


def generators() -> Generators:
    """The present states."""
    return Generators(torch.get_rng_state(), host_generators())


_last: list[Any] = [(), torch.empty(0)]
"""Python's state when it was last asked for, as it gives it and as a tensor: it seldom changes."""


_seeded: list[Any] = [b"", torch.empty(0)]
"""What NumPy's generator holds just after it was seeded, as bytes and as a tensor."""


def host_generators() -> HostGenerators:
    """The present states."""
    _, words, gauss = random.getstate()
    if words != _last[0]:
        _last[:] = words, torch.from_numpy(np.array(words, np.uint32).view(np.int32))
    return HostGenerators(_last[1], gauss, *_numpy_state())


def _numpy_state() -> tuple[Tensor, float | None]:
    """The numbers of NumPy's generator, (625,) int32, and the second of a pair of normal numbers.

    NumPy takes long to say them. While they are those after seeding nothing has been drawn, and so
    there is no second normal number: a first one would have changed them.
    """
    if _seeded[0] and _numpy_memory() == _seeded[0]:
        return _seeded[1], None
    _, keys, place, has_gauss, cached = np.random.get_state()
    words = np.empty(WORDS, np.uint32)
    words[:-1], words[-1] = keys, place
    return torch.from_numpy(words.view(np.int32)), float(cached) if has_gauss else None


def _numpy_memory() -> bytes:
    """What NumPy's generator holds, read where it lies; empty where it is another generator."""
    present = getattr(np.random, "get_bit_generator", None)  # of NumPy 1.24
    generator = present() if present else None
    if type(generator) is not np.random.MT19937:
        return b""
    return ctypes.string_at(generator.ctypes.state_address, 4 * WORDS)


def restore_host_generators(states: HostGenerators) -> None:
    """Go on from these states."""
    words = tuple(states.python.numpy().view(np.uint32).tolist())
    random.setstate((3, words, states.python_gauss))
    numpy_words = states.numpy.numpy().view(np.uint32)
    gauss = states.numpy_gauss
    if gauss is not None:
        _seeded[0] = b""
    np.random.set_state(
        ("MT19937", numpy_words[:-1], int(numpy_words[-1]), gauss is not None, gauss or 0.0)
    )


def seed_all(seed: int) -> None:
    """Seed Python's, NumPy's and torch's generators, in this order."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    _seeded[0] = b""
    numbers, _ = _numpy_state()
    memory = _numpy_memory()
    if memory == numbers.numpy().tobytes():  # the numbers lie there as they are said
        _seeded[:] = memory, numbers


@contextmanager
def unchanged_generators() -> Iterator[None]:
    """Restore Python's, NumPy's and torch's CPU generators afterwards."""
    states = host_generators()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        restore_host_generators(states)
