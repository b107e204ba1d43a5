"""Code that writes into what it does not own is told from code that does not."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import torch

from lenet_tui.training.engine.changing_code import may_change

COUNTS = {"all": 0}
NUMBERS = [1.0, 2.0]


def plain() -> Iterator[Any]:
    epoch = 0
    while True:
        epoch += 1
        kept = [number * epoch for number in NUMBERS]
        yield from map(torch.tensor, kept)


def counting() -> Iterator[int]:
    while True:
        COUNTS["all"] += 1
        yield COUNTS["all"]


def calling() -> Iterator[int]:
    while True:
        yield add(1)


def add(number: int) -> int:
    NUMBERS.append(number)
    return number


def enclosing() -> Iterator[int]:
    drawn = 0

    def within() -> int:
        nonlocal drawn
        drawn += 1
        return drawn

    return (within() for _ in itertools.count())


def written(into: torch.Tensor) -> Iterator[torch.Tensor]:
    while True:
        yield into.mul_(2)


class Source:
    """Counts what is drawn from it."""

    def __init__(self) -> None:
        self.drawn = 0

    def numbers(self) -> Iterator[int]:
        while True:
            yield self.more()

    def more(self) -> int:
        self.drawn += 1
        return self.drawn


def test_what_writes_elsewhere_is_suspected_and_nothing_else() -> None:
    quiet = [
        plain(), itertools.cycle([1, 2]), zip(plain(), itertools.count(), strict=False),
        map(torch.neg, plain()), iter(torch.utils.data.DataLoader(range(5), shuffle=True)),  # type: ignore[arg-type]
    ]  # fmt: skip
    loud = [
        counting(), calling(), enclosing(), written(torch.ones(1)), Source().numbers(),
        itertools.chain(plain(), zip(plain(), counting(), strict=False)),
        map(functools.partial(add), itertools.count()),
    ]  # fmt: skip
    for source in quiet:
        assert not may_change(source, is_here), source
    for source in loud:
        assert may_change(source, is_here), source


def is_here(file: str) -> bool:
    return file == __file__
