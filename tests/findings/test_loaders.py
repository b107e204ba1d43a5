"""A script's loaders: workers that draw alike, pictures normalised twice or in one loader only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from lenet_tui.findings.engine.loaders import Loaders


class Pictures(Dataset[tuple[Tensor, int]]):
    """Pictures from 0 to 1, prepared by a function."""

    def __init__(self, prepare: Callable[[Tensor], Tensor], seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        self._raw = torch.rand(64, 3, 6, 6, generator=generator)
        self._prepare = prepare

    def __len__(self) -> int:
        return 64

    def __getitem__(self, number: int) -> tuple[Tensor, int]:
        return self._prepare(self._raw[number]), number % 4


def normalised(x: Tensor) -> Tensor:
    mean, std = torch.full((3, 1, 1), 0.5), torch.full((3, 1, 1), 0.25)
    return x.clone().sub_(mean).div_(std)


def numpy_noise(x: Tensor) -> Tensor:
    return x + torch.from_numpy(np.random.randn(3, 6, 6)).float()


def fixed(worker: int) -> None:
    np.random.seed(3)


def by_number(worker: int) -> None:
    np.random.seed(3 + worker)


def found(trained: DataLoader[Any], *others: DataLoader[Any]) -> list[tuple[str, str, Any]]:
    """Level, id and reason of what is found after an epoch has begun."""
    with Loaders(lambda: [trained, *others]) as loaders:
        iter(trained)
        return [(f.level, f.id, f.evidence["reason"]) for f in loaders.look()]


def loader(prepare: Callable[[Tensor], Tensor], seed: int = 0, **how: Any) -> DataLoader[Any]:
    return DataLoader(Pictures(prepare, seed), batch_size=8, shuffle=not seed, **how)


def test_pictures_that_are_normalised_once_everywhere_are_not_accused() -> None:
    assert found(loader(normalised), loader(normalised, 1)) == []
    noisy = loader(lambda x: normalised(x) + 0.2 * torch.randn_like(x))
    assert found(noisy, loader(normalised, 1)) == []


def test_pictures_normalised_twice_or_in_training_only() -> None:
    twice = loader(lambda x: normalised(normalised(x)))
    again = found(twice, loader(lambda x: normalised(normalised(x)), 1))
    assert again == [("warning", "input-scale", "again")]
    apart = found(loader(normalised), loader(lambda x: x, 1))
    assert apart == [("note", "input-scale", "apart")]


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        (fixed, [("warning", "same-batch-again", "workers")]),
        (by_number, [("note", "same-batch-again", "epochs")]),
        pytest.param(None, [], marks=pytest.mark.slow),
    ],
)
def test_workers_that_draw_the_same(begin: Any, expected: list[Any]) -> None:
    state = torch.get_rng_state()
    two = loader(numpy_noise, num_workers=2, worker_init_fn=begin)
    torch.set_rng_state(state)
    with Loaders(lambda: [two]) as loaders:
        results = [(f.level, f.id, f.evidence["reason"]) for f in loaders.look()]
        assert torch.equal(torch.get_rng_state(), state)
    assert results == expected
