"""What was written of places whose values are fixed: the same again while they hold the same ones.

A place is looked at in microseconds, but a model has thousands: most are looked at all at once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, compress
from typing import Any

from torch import Tensor, nn

from lenet_tui.training.engine.parameter_groups import ParameterGroups

Place = tuple[str, dict[str, Any]]
"""A path, and a dictionary of values."""
MOST = 4
"""Texts whose parts are known at a time."""
OWN = frozenset(vars(nn.Module())) - {"training"}
"""What torch itself keeps in a module; the mode can be changed by the model."""
_path, _attributes = operator.itemgetter(0), operator.itemgetter(1)


_getter = lru_cache(maxsize=1024)(operator.itemgetter)
"""What takes the values of these names, in a tuple where there are two or more."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """``text``: of a place with these values. ``held``: those of them that are places too."""

    names: list[str]
    values: list[Any]
    held: list[tuple[str, Any]]
    text: str

    def holds(self, attributes: dict[str, Any]) -> bool:
        """Whether the place has the same values still."""
        same = [*attributes] == self.names
        return same and all(map(operator.is_, attributes.values(), self.values))

    @property
    def compared(self) -> list[tuple[str, Any]]:
        """The names and values that are written, or lead to others: two or more, or none."""
        pairs = [(n, v) for n, v in zip(self.names, self.values, strict=True) if n not in OWN]
        return pairs * 2 if len(pairs) == 1 else pairs


class WrittenTogether:
    """All ``places`` of which something was ``written``, by their paths; there may be others.

    Of a module's values those that torch itself keeps are not compared: they are never written.
    """

    def __init__(self, places: Sequence[Place] = (), written: Mapping[str, Written] = {}) -> None:
        self._paths = [*map(_path, places)]
        alone = len(set(self._paths)) == len(places)
        self._known = [alone and path in written for path in self._paths]
        some = {path: written[path] for path in compress(self._paths, self._known)}
        self._counts = [len(each.names) for each in some.values()]
        several = [each.compared for each in some.values()]
        self._filled = [*map(bool, several)]
        self._getters = [_getter(*[n for n, _ in pairs]) for pairs in several if pairs]
        self._fixed = [value for pairs in several for _, value in pairs]
        self.texts = {path: each.text for path, each in some.items()}
        self.held = {path: each.held for path, each in some.items() if each.held}

    def hold(self, places: Sequence[Place]) -> bool:
        """Whether the places are the same ones, and those that were written have their values."""
        if [*map(_path, places)] != self._paths:
            return False
        some = [*compress(map(_attributes, places), self._known)]
        if [*map(len, some)] != self._counts:
            return False
        filled = compress(some, self._filled)
        try:
            values = [getter(each) for getter, each in zip(self._getters, filled, strict=True)]
        except KeyError:  # another name is there in its place
            return False
        return all(map(operator.is_, chain.from_iterable(values), self._fixed))

    def others(self, places: Sequence[Place]) -> Iterator[Place]:
        """Yields those of the places of which nothing was written."""
        return (place for place in places if place[0] not in self.texts)


class WrittenTexts:
    """What the last few texts that were written say of each place."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[str, str]] = {}

    def remember(self, text: str, places: dict[str, str]) -> None:
        """Know a text that was written just now, and forget the one that was written first."""
        self._texts.pop(text, None)
        self._texts[text] = places
        if len(self._texts) > MOST:
            del self._texts[next(iter(self._texts))]

    def says(self, text: str, path: str, part: str | None) -> bool:
        """Whether a text that is known still says just this of a place."""
        return part is not None and self._texts.get(text, {}).get(path) == part

    def alike(self, one: str, other: str) -> dict[str, str]:
        """The places of which two texts say the same, and what; none where one is not known."""
        first, second = self._texts.get(one), self._texts.get(other, {})
        return {p: said for p, said in (first or {}).items() if second.get(p) == said}


class WrittenGroups:
    """What was written of the groups of optimizers: parameters are only named, so it is the same
    while they are. ``paths``: of all groups that were written.
    """

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self._known: dict[str, tuple[list[list[Tensor]], str]] = {}

    def same(self, path: str, groups: Any) -> str | None:
        """What was written of groups, if they have the same parameters still."""
        known = self._known.get(path)
        if known is None or not isinstance(groups, ParameterGroups) or not groups.same(known[0]):
            return None
        return known[1]

    def text(self, path: str, groups: ParameterGroups, encoded: Callable[[], str]) -> str:
        """What is written of groups; ``encoded`` writes it where it is not known."""
        self.paths.add(path)
        known = self.same(path, groups)
        if known is not None:
            return known
        text, several = encoded(), groups.parameters()
        self._known.pop(path, None)
        if all(type(p) is nn.Parameter for group in several for p in group):
            self._known[path] = several, text
        return text
