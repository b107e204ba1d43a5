"""Iterators that a step draws from beside its data: they can be drawn from again.

Nothing can put an iterator of Python back. In the place where a file holds one, a ``Remembered``
stands, which keeps what it has given; a keyframe holds how far it has been drawn.
"""

from __future__ import annotations

import copy
import functools
import io
import itertools
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import GeneratorType
from typing import Any

from torch import Tensor, nn
from torch.utils.data import dataloader

from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, notice
from lenet_tui.training.engine import batch, stateful
from lenet_tui.training.engine.changing_code import may_change
from lenet_tui.training.engine.generators import Generators, generators
from lenet_tui.training.engine.own_data import NotReachable
from lenet_tui.training.engine.referenced import by_owner

BUDGET = 64 * 2**20
"""Bytes that all of them keep to be given again."""
MOST = 100_000
"""Values that one of them keeps."""
PROBED = 3
"""First draws of each at which it is seen whether its code changes something else; each later one
is looked at too where its code may do so, as far as can be read."""
DEEPEST = 6
"""How far inside containers is looked."""
LONGEST = 2_000
"""Items of a list or dictionary that is looked into; a longer one is taken for constant."""
ALIKE = 3
"""Iterators of one key that are kept: a session made them as it went that way again."""
SIMPLE = frozenset([Tensor, nn.Parameter, bool, int, float, str, type(None)])
"""Types of values that no iterator is in."""
KINDS = frozenset(
    [
        *(enumerate, zip, map, filter, GeneratorType),
        *(kind for kind in vars(itertools).values() if isinstance(kind, type)),
        dataloader._SingleProcessDataLoaderIter,
        dataloader._MultiProcessingDataLoaderIter,
    ]
)
"""Types of iterators that are remembered, beside the plain ones."""


@functools.lru_cache(maxsize=512)
def remembered(kind: type) -> bool:
    """Whether iterators of a type are remembered.

    Of those written in C such are the ones that can be asked for the next value and for nothing
    else, as those of lists and of ``re.finditer``.
    """
    if kind in KINDS:
        return True
    written_in_c = not any("__module__" in vars(base) for base in kind.__mro__[:-1])
    bare = all(name.startswith("__") for name in dir(kind))
    return is_iterator(kind) and written_in_c and bare


def is_iterator(kind: type) -> bool:
    """Whether values of a type can be gone through once."""
    return hasattr(kind, "__next__")


@dataclass(slots=True, eq=False)
class _Given:
    """What came of one draw. ``after``: the generators, where it took from them.

    ``moved``: other iterators that it drew from, and how often. ``error``: what it raised.
    """

    value: Any
    after: Generators | None
    moved: list[tuple[Remembered, int]]
    error: Exception | None = None

    def again(self) -> None:
        """Have happen once more what the draw did beside giving its value."""
        if self.after is not None:
            self.after.restore()
        for other, count in self.moved:
            other.index += count


class Remembered:
    """An iterator in the place of ``source``. ``key``: which one; ``index``: values given."""

    def __init__(self, source: Iterator[Any], key: Key, among: Iterators) -> None:
        self.source, self.key, self.index = source, key, 0
        self.kept: dict[int, _Given] = {}
        self._among = among
        self.drawn = 0
        self._suspect = False
        self._end: tuple[int, _Given] | None = None

    def __iter__(self) -> Remembered:
        return self

    def __next__(self) -> Any:
        return self._following(functools.partial(next, self.source))

    def send(self, value: Any) -> Any:
        """As a generator's: what is sent in is the same where the step is run again."""
        return self._following(functools.partial(self.source.send, value))  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return len(self.source)  # type: ignore[arg-type]

    def __bool__(self) -> bool:
        return bool(self.source)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["source"], name)

    def __deepcopy__(self, memo: dict[int, Any]) -> Remembered:
        """One that goes on from here by itself; ``TypeError`` where the source cannot be copied."""
        other = Remembered(copy.deepcopy(self.source, memo), (0, -1), Iterators(wraps=False))
        other.kept = {n: replace(given, moved=[]) for n, given in self.kept.items()}
        other.index, other.drawn, other._end = self.index, self.drawn, self._end
        return other

    def reaches(self, index: int) -> bool:
        """Whether it can go on from where it had given so many values."""
        return self.drawn - len(self.kept) <= index <= self.drawn

    def _following(self, draw: Callable[[], Any]) -> Any:
        if self._end is not None and self.index == self._end[0]:
            self._end[1].again()
            raise StopIteration
        if self.index == self.drawn:
            given = self._draw(draw)
        else:
            given = self.kept[self.index]
            given.again()
        self.index += 1
        if given.error is not None:
            raise given.error
        return fresh(given.value)

    def _may_change(self) -> bool:
        """Whether it is to be seen whether this draw changes something else."""
        if self.drawn == PROBED:
            self._suspect = may_change(self.source, by_owner)
        return self.drawn < PROBED or self._suspect

    def _draw(self, draw: Callable[[], Any]) -> _Given:
        before, places = generators(), self._among.indices()
        changes = self._among.changing(self) if self._may_change() else None
        value, error, ended = None, None, False
        try:
            value = draw()
        except StopIteration:
            ended = True
        except Exception as raised:  # noqa: BLE001 - it is raised again
            error = raised
        after = generators()
        moved = [(r, r.index - places.get(r, 0)) for r in self._among.indices()]
        given = _Given(
            fresh(value),
            None if after.same(before) else after,
            [(other, count) for other, count in moved if count and other is not self],
            error,
        )
        if changes is not None:
            changes()
        if ended:
            self._end = self.index, given
            raise StopIteration
        self.kept[self.drawn] = given
        self.drawn += 1
        self._among.keep_to_budget(self, batch.size(value))
        return given


def fresh(value: Any) -> Any:
    """The value, plain tensors in it copied: a step may write into what it was given."""

    def copied(tensor: Tensor) -> Tensor:
        trained = isinstance(tensor, nn.Parameter) or tensor.requires_grad
        return tensor if trained else tensor.clone()

    return batch.mapped(value, copied)


Key = tuple[int, int]
"""Which one an iterator is: the iteration at whose end it was first there, and a number."""


class Iterators:
    """Those that have been found so far. ``wraps``: whether any is.

    They are looked for at the end of each iteration, so that one that is made anew where a session
    goes that way again has the key that it had.
    """

    def __init__(self, wraps: bool) -> None:
        self.wraps = wraps
        self.iteration = 0
        """The iteration that is under way, or has just finished."""
        self._found: list[Remembered] = []
        self._by_source: dict[int, Remembered] = {}
        self._by_key: dict[Key, list[Remembered]] = {}
        self._numbers: dict[int, int] = {}
        self._bytes = 0
        self.state: Callable[[], Any] | None = None
        """What is compared to see whether a draw has changed it."""
        self.looked_for = False
        self.places: Callable[[], Iterable[tuple[str, dict[str, Any]]]] = tuple
        """Those places in which one may be made."""
        self.used: Callable[[], Collection[str]] = frozenset
        """The names that the code of a step refers to."""
        self._changing: list[Remembered] = []
        self._strange: set[str] = set()
        self._remarks: list[Notice] = []

    @property
    def some(self) -> bool:
        """Whether there may be any, so that they are looked for after each iteration."""
        return self.looked_for or bool(self._found)

    def begin(self, iteration: int) -> None:
        """An iteration begins; all that its predecessor has left has been found."""
        self.iteration = iteration
        self._numbers.pop(iteration, None)

    @contextmanager
    def unknown(self) -> Iterator[None]:
        """Inside, what is found has a key that nothing asks for: an iteration's remains."""
        before, self.iteration = self.iteration, -1
        try:
            yield
        finally:
            self.iteration = before

    def within(self, value: Any, depth: int = 0) -> Any:
        """What stands in the place of a value: iterators in it, or itself, are replaced.

        Lists, dictionaries and queues are changed in place; a tuple is made anew.
        """
        kind: Any = type(value)
        if kind in SIMPLE or kind is Remembered or not self.wraps:
            return value
        if kind in (list, tuple) and SIMPLE.issuperset(map(type, value)):
            return value
        if is_iterator(kind):
            return self._seen(value) if remembered(kind) else value
        known = isinstance(value, (list, tuple, dict, deque))
        if known and depth < DEEPEST and len(value) <= LONGEST:
            items = list(stateful.items(value))
            made = [(key, part, self.within(part, depth + 1)) for key, part in items]
            new = [(key, other) for key, part, other in made if other is not part]
            if new and isinstance(value, tuple):
                return stateful.remade(kind, [other for _, _, other in made])
            for key, other in new:
                stateful.base(value).__setitem__(value, key, other)
        return value

    def _seen(self, source: Iterator[Any]) -> Remembered:
        known = self._by_source.get(id(source))
        if known is None:
            number = self._numbers[self.iteration] = self._numbers.get(self.iteration, -1) + 1
            key = self.iteration, number
            known = self._by_source[id(source)] = Remembered(source, key, self)
            self._found.append(known)
            self._by_key[key] = [known, *self._by_key.get(key, ())][:ALIKE]
        return known

    def at(self, iteration: int, number: int, index: int) -> Remembered:
        """One of them, where it had given ``index`` values."""
        alike = self._by_key[iteration, number]
        found = next((each for each in alike if each.reaches(index)), alike[0])
        found.index = index
        return found

    def check(self, name: str, iteration: int, number: int, index: int) -> None:
        """Raise ``NotReachable``: it is not known so far; ``MoveRejected``: not any longer."""
        alike = self._by_key.get((iteration, number), [])
        if any(each.reaches(index) for each in alike):
            return
        if all(index > each.drawn for each in alike):
            raise NotReachable
        raise MoveRejected("training:iterator-not-again", name=name, count=len(alike[0].kept))

    def note_strange(self, path: str, name: str, value: Any) -> None:
        """Have it said, once, if a value is an iterator that is not remembered."""
        kind: Any = type(value)
        if not is_iterator(kind) or kind is Remembered or remembered(kind) or not self.wraps:
            return
        if isinstance(value, io.IOBase) and (value.closed or value.writable()):
            return  # a log, most likely, that nothing is read from
        where = name if path in ("", "file", "closure") else f"{path.replace(' > ', '.')}.{name}"
        where = where.removeprefix("file.").removeprefix("closure.").lstrip(" .")
        if where not in self._strange:
            self._strange.add(where)
            if path != "file" or name in self.used():
                title = clean(kind.__name__, 60)
                self._remarks.append(
                    notice("training:iterator-stays", name=clean(where, 100), kind=title)
                )

    def take_remarks(self) -> list[Notice]:
        """What is to be said and has not been said yet: where going back is not exact."""
        remarks, self._remarks = self._remarks, []
        return remarks

    def indices(self) -> dict[Remembered, int]:
        """How far each has been drawn."""
        return {each: each.index for each in self._found}

    def changing(self, iterator: Remembered) -> Callable[[], None] | None:
        """Look at the state now; what is returned notes the iterator if it has changed since."""
        state = self.state
        if state is None or iterator in self._changing:
            return None
        before = state()

        def compare() -> None:
            if state() != before:
                self._changing.append(iterator)
                name = getattr(iterator.source, "__name__", type(iterator.source).__name__)
                self._remarks.append(notice("training:iterator-changes", name=clean(name, 100)))

        return compare

    def keep_to_budget(self, drawn: Remembered, size: int) -> None:
        """Let go of the oldest values, after one of ``size`` bytes; never of the newest."""
        self._bytes += size
        while len(drawn.kept) > max(MOST, 1):
            self._drop(drawn)
        for each in self._found:
            while self._bytes > BUDGET and len(each.kept) > (each is drawn):
                self._drop(each)

    def _drop(self, iterator: Remembered) -> None:
        self._bytes -= batch.size(iterator.kept.pop(next(iter(iterator.kept))).value)
