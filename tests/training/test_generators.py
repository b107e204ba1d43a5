"""The host's generators are stored as Python and NumPy say them, however they are read."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from lenet_tui.training.engine import generators
from lenet_tui.training.engine.generators import (
    HostGenerators,
    host_generators,
    restore_host_generators,
    seed_all,
    unchanged_generators,
)


def said() -> tuple[list[int], float | None]:
    """What NumPy itself says of its generator."""
    _, keys, place, has_gauss, gauss = np.random.get_state()
    return [*map(int, keys), int(place)], float(gauss) if has_gauss else None


def stored(found: HostGenerators) -> tuple[list[int], float | None]:
    return found.numpy.numpy().view(np.uint32).tolist(), found.numpy_gauss


def test_what_is_stored_of_numpy_is_what_it_says() -> None:
    with unchanged_generators():
        for seed in (0, 7, 2**40 + 3):
            seed_all(seed)
            assert generators._seeded[0], "it is not read where it lies"
            seeded = said()
            assert stored(host_generators()) == seeded
            np.random.normal()
            first = host_generators()
            assert stored(first) == said() and first.numpy_gauss is not None
            np.random.normal()  # the second of the pair: the numbers stay
            assert stored(host_generators()) == said()
            restore_host_generators(first)
            assert stored(host_generators()) == stored(first) == said()
            np.random.seed(seed % 2**32)
            assert stored(host_generators()) == seeded == said()
            np.random.random()
            assert stored(host_generators()) == said() != seeded


def test_a_second_normal_number_beside_the_numbers_after_seeding_is_not_lost() -> None:
    """Only a state that was made by hand has both."""
    with unchanged_generators():
        seed_all(3)
        python = host_generators().python
        made = HostGenerators(python, None, host_generators().numpy, 0.25)
        restore_host_generators(made)
        assert stored(host_generators()) == stored(made) == said()


def test_it_is_read_so_only_where_it_is_numpys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with unchanged_generators():
        seed_all(5)
        monkeypatch.setattr(np.random, "get_bit_generator", lambda: np.random.PCG64(1))
        assert stored(host_generators()) == said()
        monkeypatch.delattr(np.random, "get_bit_generator")  # before NumPy 1.24
        assert stored(host_generators()) == said()
        seed_all(6)
        assert not generators._seeded[0]
        assert stored(host_generators()) == said()


def test_whether_something_was_drawn_is_seen_of_each_of_them() -> None:
    with unchanged_generators():
        seed_all(1)
        before = generators.generators()
        assert before.same(generators.generators())
        for draw in (random.random, np.random.random, lambda: torch.rand(1)):
            draw()
            assert not before.same(generators.generators())
            before.restore()
            assert before.same(generators.generators())
