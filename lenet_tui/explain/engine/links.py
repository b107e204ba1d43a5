"""Which elements of an operand an op's result is computed from, dimension by dimension."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from lenet_tui.explain.engine.terms import Index, Indices, grid
from lenet_tui.explain.windows import Axis, Geometry

Box = tuple[tuple[int, int], ...]
"""A region of a tensor: first and last index along each dimension."""


class Connection(Protocol):
    """What depends on what. ``None``: nothing does."""

    def back(self, box: Box) -> Box | None:
        """The region of the operand that a region of the result depends on."""

    def ahead(self, box: Box) -> Box | None:
        """The region of the result that depends on a region of the operand."""


@dataclass(frozen=True, slots=True)
class Link:
    """One dimension. ``reads(i)``: the operand's places from which place ``i`` of the result is
    computed, up or down; ``readers(i)``: the result's places that read place ``i`` of the operand.

    A dimension that only one of the two has is length 1 in the other, and not ``in_operand`` or
    not ``in_result``.
    """

    reads: Callable[[int], Sequence[int]]
    readers: Callable[[int], Sequence[int]]
    in_operand: bool = True
    in_result: bool = True


SAME = Link(lambda i: (i,), lambda i: (i,))
"""Every place of the result reads the same place of the operand."""


def every(size: int | None, out: int | None) -> Link:
    """Every place of the result (of ``out``) reads all of the operand (of ``size``); ``None``: it
    has no such dimension.
    """
    read, readers = range(1 if size is None else size), range(1 if out is None else out)
    return Link(lambda _: read, lambda _: readers, size is not None, out is not None)


def sliding(axis: Axis) -> Link:
    """A window that slides."""
    return Link(lambda i: axis.reads(i)[0], lambda i: axis.readers(i)[0])


class Links:
    """The dimensions of an operand and of the result, in their order."""

    def __init__(self, *links: Link) -> None:
        self._back = links
        self._ahead = [Link(k.readers, k.reads, k.in_result, k.in_operand) for k in links]

    def turned(self) -> Links:
        """The result as the operand, and the operand as the result."""
        return Links(*self._ahead)

    def reads(self, index: Index) -> Indices:
        """The operand's elements that the result at ``index`` is computed from."""
        return _elements(self._back, index)

    def readers(self, index: Index) -> Indices:
        """The result's elements that read the operand at ``index``."""
        return _elements(self._ahead, index)

    def back(self, box: Box) -> Box | None:
        return _region(self._back, box)

    def ahead(self, box: Box) -> Box | None:
        return _region(self._ahead, box)


def _elements(links: Sequence[Link], index: Index) -> Indices:
    places = iter(index)
    found = [(k, k.reads(next(places) if k.in_result else 0)) for k in links]
    return grid(*(read for link, read in found if link.in_operand))


def _region(links: Sequence[Link], box: Box) -> Box | None:
    sides, region = iter(box), []
    for link in links:
        low, high = next(sides) if link.in_result else (0, 0)
        read = [link.reads(i) for i in range(low, high + 1)]
        ends = [end for places in read if places for end in (places[0], places[-1])]
        if not ends:
            return None
        if link.in_operand:
            region.append((min(ends), max(ends)))
    return tuple(region)


def windowed(known: Geometry) -> Links:
    """A layer whose windows slide over its input."""
    channels = Link(known.fed_by, known.feeds)
    return Links(*(SAME for _ in known.samples), channels, *map(sliding, known.axes))


def broadcast(shape: tuple[int, ...], result: tuple[int, ...]) -> Links:
    """An operand of ``shape`` of an op that works element by element and broadcasts."""
    extra = len(result) - len(shape)
    own = zip(shape, result[extra:], strict=True)
    return Links(
        *(every(None, n) for n in result[:extra]),
        *(SAME if small == big else every(small, big) for small, big in own),
    )


def whole(shape: tuple[int, ...]) -> Box:
    """The region that is all of a tensor."""
    return tuple((0, n - 1) for n in shape)


def union(a: Box | None, b: Box) -> Box:
    """The smallest region that holds both; of two tensors with one name, that of the second."""
    if a is None or len(a) != len(b):
        return b
    return tuple((min(p, r), max(q, s)) for (p, q), (r, s) in zip(a, b, strict=True))
