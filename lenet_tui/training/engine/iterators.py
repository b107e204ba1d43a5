"""Iterators that a step draws from beside its data: they can be drawn from again.

Nothing can put an iterator of Python back. In the place where a file holds one, a ``Remembered``
stands, which keeps what it has given; a keyframe holds how far it has been drawn.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import GeneratorType
from typing import Any

from torch import Tensor, nn
from torch.utils.data import dataloader

from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.training.engine import batch
from lenet_tui.training.engine.generators import Generators, generators
from lenet_tui.training.engine.own_data import NotReachable

BUDGET = 64 * 2**20
"""Bytes that one of them keeps to be given again."""
MOST = 100_000
"""Values that one of them keeps."""
_BUILT_IN: tuple[Any, ...] = (
    *(iter([]), iter(()), iter({}), iter(set()), iter(range(0)), iter(""), reversed([])),
    *(iter({}.values()), iter({}.items())),
)
KINDS = frozenset(
    [
        *map(type, _BUILT_IN),
        *(enumerate, zip, map, filter, GeneratorType),
        *(kind for kind in vars(itertools).values() if isinstance(kind, type)),
        dataloader._SingleProcessDataLoaderIter,
        dataloader._MultiProcessingDataLoaderIter,
    ]
)
"""The types of iterators that are remembered."""


class Remembered:
    """An iterator in the place of ``source``. ``number``: which one; ``index``: values given."""

    def __init__(self, source: Iterator[Any], number: int) -> None:
        self.source, self.number, self.index = source, number, 0
        self._given: dict[int, tuple[Any, Generators | None]] = {}
        self._drawn = self._bytes = 0
        self._end: int | None = None

    def __iter__(self) -> Remembered:
        return self

    def __next__(self) -> Any:
        if self.index == self._end:
            raise StopIteration
        if self.index == self._drawn:
            self._draw()
        value, after = self._given[self.index]
        if after is not None:
            after.restore()
        self.index += 1
        return fresh(value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["source"], name)

    def check(self, index: int, name: str) -> None:
        """Raise where a place cannot be gone to.

        ``NotReachable``: it has not been drawn so far yet; ``MoveRejected``: not any longer.
        """
        if index > self._drawn:
            raise NotReachable
        if index < self._drawn - len(self._given):
            raise MoveRejected("training:iterator-not-again", name=name, count=len(self._given))

    def _draw(self) -> None:
        before = generators()
        try:
            value = next(self.source)
        except StopIteration:
            self._end = self.index
            raise
        after = generators()
        self._given[self._drawn] = fresh(value), None if after.same(before) else after
        self._bytes += batch.size(value)
        self._drawn += 1
        while (self._bytes > BUDGET or len(self._given) > MOST) and len(self._given) > 1:
            self._bytes -= batch.size(self._given.pop(next(iter(self._given)))[0])


def fresh(value: Any) -> Any:
    """The value, plain tensors in it copied: a step may write into what it was given."""

    def copy(tensor: Tensor) -> Tensor:
        trained = isinstance(tensor, nn.Parameter) or tensor.requires_grad
        return tensor if trained else tensor.clone()

    return batch.mapped(value, copy)


class Iterators:
    """Those that have been found so far, in their order. ``wraps``: whether any is."""

    def __init__(self, wraps: bool) -> None:
        self._wraps = wraps
        self._found: list[Remembered] = []
        self._by_source: dict[int, Remembered] = {}

    def seen(self, attributes: dict[str, Any], name: str) -> Remembered | None:
        """What stands in the place of an iterator there; ``None``: there is none."""
        value = attributes[name]
        if type(value) is Remembered:
            return value
        if not self._wraps or type(value) not in KINDS:
            return None
        known = self._by_source.get(id(value))
        if known is None:
            known = self._by_source[id(value)] = Remembered(value, len(self._found))
            self._found.append(known)
        attributes[name] = known
        return known

    def at(self, number: int, index: int) -> Remembered:
        """One of them, where it had given ``index`` values."""
        found = self._found[number]
        found.index = index
        return found

    def check(self, name: str, number: int, index: int) -> None:
        """As ``Remembered.check``; ``NotReachable`` also for one that is not known yet."""
        if number >= len(self._found):
            raise NotReachable
        self._found[number].check(index, name)
